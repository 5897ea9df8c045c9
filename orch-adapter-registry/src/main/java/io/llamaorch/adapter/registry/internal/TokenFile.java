package io.llamaorch.adapter.registry.internal;

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
 * its attributes.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class TokenFile implements Supplier<String> {

    private static final int MOST_BYTES = 64 * 1024;

    private final Path file;
    private volatile @Nullable Content last;

    private record Content(
            FileTime modified, long size, @Nullable Object key, String token) {}

    /**
     * Makes a source that has read nothing yet.
     *
     * @param file the file
     */
    public TokenFile(Path file) {
        this.file = file;
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
            if (known != null
                    && known.modified.equals(now.lastModifiedTime())
                    && known.size == now.size()
                    && Objects.equals(known.key, now.fileKey())) {
                return known.token;
            }
            if (now.size() > MOST_BYTES) {
                throw new IllegalArgumentException("the token file " + file + " is larger than any token");
            }
            String token = Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
            last = new Content(now.lastModifiedTime(), now.size(), now.fileKey(), token);
            return token;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the token file " + file + " cannot be read ("
                            + e.getClass().getSimpleName() + "): check the path and its permissions",
                    e);
        }
    }
}
