package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Replicas in a JSON file. All of it is read each time, so that it does not matter how it is replaced: by a rename, by a
 * symbolic link that leads elsewhere, or in place.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class FileReplicas implements ReplicaSource {

    static final int MOST_BYTES = 1024 * 1024;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private final Path file;
    private final Duration interval;

    /**
     * Makes a source that has read nothing yet.
     *
     * @param file the file
     * @param interval how often a host reads it again
     */
    public FileReplicas(Path file, Duration interval) {
        this.file = Objects.requireNonNull(file, "file");
        this.interval = Intervals.check(interval);
    }

    @Override
    public String name() {
        return "file " + file;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public List<ReplicaSpec> read() throws IOException {
        return described(bytes()).toBind();
    }

    /**
     * Reads what stands in the file, or is to stand there.
     *
     * @param bytes the file's content
     * @return all replicas that it describes
     * @throws IllegalArgumentException if it is wrong; one message has all faults
     */
    public List<ReplicaSpec> all(byte[] bytes) {
        return described(bytes).all();
    }

    private DescribedReplicas described(byte[] bytes) {
        Faults faults = new Faults();
        DescribedReplicas replicas = DescribedReplicas.NONE;
        if (bytes.length > MOST_BYTES) {
            faults.add("it is larger than " + MOST_BYTES + " bytes: split it into several files");
        } else {
            String text = text(bytes, faults);
            faults.throwIfAny(name());
            replicas = ReplicaDocument.read(text, file.toAbsolutePath(), faults);
        }
        faults.throwIfAny(name());
        return replicas;
    }

    private byte[] bytes() throws IOException {
        try {
            if (Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                try (InputStream in = Files.newInputStream(file)) {
                    return in.readNBytes(MOST_BYTES + 1);
                }
            }
        } catch (IOException e) {
            throw new IOException(
                    name() + " cannot be read (" + e.getClass().getSimpleName()
                            + "): check the path and its permissions",
                    e);
        }
        throw new IOException(name() + " is no file but a folder, a pipe or the like: name a file"); // a pipe may block
    }

    /** Decodes all of it or nothing: what is no text is not guessed at. */
    private static String text(byte[] bytes, Faults faults) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        if (result.isError()) {
            faults.add("line " + line(bytes, in.position()) + ": it is no UTF-8 here: save it as UTF-8");
        }
        String text = out.flip().toString();
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    private static int line(byte[] bytes, int end) {
        int line = 1;
        for (int i = 0; i < end; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
