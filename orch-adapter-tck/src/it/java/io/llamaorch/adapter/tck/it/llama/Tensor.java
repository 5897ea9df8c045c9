package io.llamaorch.adapter.tck.it.llama;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tensor that is mostly zero: it holds only the rows of which a cell was set. */
final class Tensor {
    private final String name;
    private final Type type;
    private final List<Integer> dimensions;
    private final SortedMap<Integer, float[]> rows = new TreeMap<>();

    Tensor(String name, Type type, List<Integer> dimensions) {
        this.name = name;
        this.type = type;
        this.dimensions = dimensions;
    }

    /** How cells are stored, by the format's own numbers. */
    enum Type {
        F32(0, 1, Float.BYTES),
        F16(1, 1, Short.BYTES),
        /** About 1.75 bits a cell, and slow to compute with; a hole of it is zero. Cells of it cannot be set. */
        IQ1_M(29, 256, 56);

        private final int code;
        private final int blockCells;
        private final int blockBytes;

        Type(int code, int blockCells, int blockBytes) {
            this.code = code;
            this.blockCells = blockCells;
            this.blockBytes = blockBytes;
        }

        int code() {
            return code;
        }
    }

    /** Bytes that stand at an offset from the tensor's begin. */
    record Run(long offset, ByteBuffer data) {}

    String name() {
        return name;
    }

    Type type() {
        return type;
    }

    /** The dimensions in the file's order: the length of a row first. */
    List<Integer> dimensions() {
        return dimensions;
    }

    long sizeBytes() {
        long cells = dimensions.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        return cells / type.blockCells * type.blockBytes;
    }

    Tensor set(int row, int column, float value) {
        if (type.blockCells != 1) {
            throw new IllegalArgumentException(name + " can only be zero");
        }
        rows.computeIfAbsent(row, r -> new float[columns()])[column] = value;
        return this;
    }

    Tensor ones() {
        for (int column = 0; column < columns(); column++) {
            set(0, column, 1);
        }
        return this;
    }

    List<Run> runs() {
        return rows.entrySet().stream().map(this::run).toList();
    }

    private Run run(Map.Entry<Integer, float[]> row) {
        ByteBuffer data = ByteBuffer.allocate(columns() * type.blockBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : row.getValue()) {
            if (type == Type.F16) {
                data.putShort(half(value));
            } else {
                data.putFloat(value);
            }
        }
        return new Run((long) row.getKey() * columns() * type.blockBytes, data.flip());
    }

    private int columns() {
        return dimensions.get(0);
    }

    /** Half precision, cut off rather than rounded; enough for zero and for numbers between 2^-14 and 2^15. */
    private static short half(float value) {
        if (value == 0) {
            return 0;
        }
        int bits = Float.floatToIntBits(value);
        int exponent = (bits >>> 23 & 0xff) - 127 + 15;
        if (exponent <= 0 || exponent >= 31) {
            throw new IllegalArgumentException("not a normal half float: " + value);
        }
        return (short) (bits >>> 16 & 0x8000 | exponent << 10 | bits >>> 13 & 0x3ff);
    }
}
