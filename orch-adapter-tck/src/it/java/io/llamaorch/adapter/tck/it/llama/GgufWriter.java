package io.llamaorch.adapter.tck.it.llama;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a GGUF file, version 3: typed metadata, then tensors, each at an aligned offset. Cells that nobody sets are
 * holes in the file, so a model full of zeros costs no disk.
 */
final class GgufWriter {
    private static final int VERSION = 3;
    private static final int ALIGNMENT = 32;

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final Bytes metadata = new Bytes();
    private final List<Tensor> tensors = new ArrayList<>();
    private long metadataCount;

    GgufWriter text(String key, String value) {
        key(key, STRING).text(value);
        return this;
    }

    GgufWriter uint(String key, int value) {
        key(key, UINT32).u32(value);
        return this;
    }

    GgufWriter real(String key, float value) {
        key(key, FLOAT32).f32(value);
        return this;
    }

    GgufWriter flag(String key, boolean value) {
        key(key, BOOL).u8(value ? 1 : 0);
        return this;
    }

    GgufWriter texts(String key, List<String> values) {
        array(key, STRING, values.size());
        values.forEach(metadata::text);
        return this;
    }

    GgufWriter ints(String key, List<Integer> values) {
        array(key, INT32, values.size());
        values.forEach(metadata::u32);
        return this;
    }

    GgufWriter reals(String key, List<Float> values) {
        array(key, FLOAT32, values.size());
        values.forEach(metadata::f32);
        return this;
    }

    /** Adds a matrix of half floats, all zero until its cells are set. */
    Tensor matrix(String name, int columns, int rows) {
        return add(new Tensor(name, Tensor.Type.F16, List.of(columns, rows)));
    }

    /** Adds a matrix of zeros. */
    void zeros(String name, Tensor.Type type, int columns, int rows) {
        add(new Tensor(name, type, List.of(columns, rows)));
    }

    /** Adds a vector of floats, as norms have to be. */
    Tensor vector(String name, int length) {
        return add(new Tensor(name, Tensor.Type.F32, List.of(length)));
    }

    /** Writes the file anew; the same calls give the same bytes. */
    void writeTo(Path file) throws IOException {
        Bytes head = new Bytes();
        head.raw("GGUF".getBytes(StandardCharsets.US_ASCII));
        head.u32(VERSION).u64(tensors.size()).u64(metadataCount).raw(metadata.toByteArray());
        long offset = 0;
        for (Tensor tensor : tensors) {
            head.text(tensor.name()).u32(tensor.dimensions().size());
            tensor.dimensions().forEach(head::u64);
            head.u32(tensor.type().code()).u64(offset);
            offset = aligned(offset + tensor.sizeBytes());
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            long position = aligned(head.size());
            writeFully(channel, ByteBuffer.wrap(head.toByteArray()), 0);
            for (Tensor tensor : tensors) {
                for (Tensor.Run run : tensor.runs()) {
                    writeFully(channel, run.data(), position + run.offset());
                }
                position = aligned(position + tensor.sizeBytes());
            }
            if (channel.size() < position) {
                writeFully(channel, ByteBuffer.allocate(1), position - 1);
            }
        }
    }

    private Tensor add(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private Bytes key(String key, int type) {
        metadataCount++;
        return metadata.text(key).u32(type);
    }

    private void array(String key, int elementType, int size) {
        key(key, ARRAY).u32(elementType).u64(size);
    }

    private static long aligned(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static void writeFully(FileChannel channel, ByteBuffer data, long position) throws IOException {
        long at = position;
        while (data.hasRemaining()) {
            at += channel.write(data, at);
        }
    }

    /** Little-endian bytes in memory; the head of a file is small. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes u8(int value) {
            write(value);
            return this;
        }

        Bytes u32(int value) {
            return raw(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        Bytes u64(long value) {
            return raw(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        Bytes f32(float value) {
            return u32(Float.floatToIntBits(value));
        }

        Bytes text(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            return u64(utf8.length).raw(utf8);
        }

        Bytes raw(byte[] data) {
            writeBytes(data);
            return this;
        }
    }
}
