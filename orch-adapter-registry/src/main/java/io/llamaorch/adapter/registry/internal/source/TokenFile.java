package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.spi.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A credential in a file, read again when the file changes. Asked at each request, so an unchanged file costs a look at
 * its attributes. Two of the same path are equal.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class TokenFile implements Supplier<String> {

    private static final int MOST_BYTES = 64 * 1024;

    /**
     * How long after a change a file may change again and show the same time, by the coarsest clock that file systems
     * keep (two seconds on FAT). Until then it is read each time.
     */
    private static final long COARSEST_CLOCK_MILLIS = 2_000;

    private final Path file;
    private volatile @Nullable Content last;

    private record Content(
            FileTime modified, long size, @Nullable Object key, boolean settled, String token) {

        boolean isStill(BasicFileAttributes now) {
            return settled
                    && modified.equals(now.lastModifiedTime())
                    && size == now.size()
                    && Objects.equals(key, now.fileKey());
        }
    }

    /**
     * Makes a source that has read nothing yet.
     *
     * @param file the file
     */
    public TokenFile(Path file) {
        this.file = file;
    }

    /**
     * Makes a secret of a file's content, without the line break at its end. The file is read now, and again whenever it
     * has changed.
     *
     * @param file the file
     * @return the secret; equal to others of the same path
     * @throws IllegalArgumentException if the file cannot be read, or holds no credential
     */
    public static Secret secret(Path file) {
        TokenFile source = new TokenFile(file);
        Secret.of(source.get()); // refuses what no credential can be
        return Secret.from(source);
    }

    /**
     * {@return the credential that the file holds now}
     *
     * @throws IllegalArgumentException if the file cannot be read
     */
    @Override
    public String get() {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            Content known = last;
            if (known != null && known.isStill(now)) {
                return known.token;
            }
            if (!now.isRegularFile()) { // to read a pipe or a device may take for ever
                throw new IllegalArgumentException("the token file " + file + " is no plain file: name one");
            }
            if (now.size() > MOST_BYTES) {
                throw new IllegalArgumentException("the token file " + file + " is larger than any token");
            }
            boolean settled =
                    System.currentTimeMillis() - now.lastModifiedTime().toMillis() > COARSEST_CLOCK_MILLIS;
            String token = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
            last = new Content(now.lastModifiedTime(), now.size(), now.fileKey(), settled, token);
            return token;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the token file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "): check the path and its permissions",
                    e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenFile that && file.equals(that.file);
    }

    @Override
    public int hashCode() {
        return file.hashCode();
    }
}
