package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;
import java.util.List;

/**
 * A JSON file of replicas as it was at one moment, and its replacement. Whoever reads the file sees the old content or the
 * new one, never a part.
 *
 * <p>The new content is written to a file beside it, and while that happens there is another file whose name is always the
 * same: it keeps two changes apart, so that none is lost. To create a file is the one step that only one of many can take.
 */
final class ReplicaFile {

    private final Path file;
    private final Path real;
    private final byte[] content;
    private final List<ReplicaSpec> replicas;

    private ReplicaFile(Path file, Path real, byte[] content) {
        this.file = file;
        this.real = real;
        this.content = content;
        this.replicas = ReplicaSource.described(file, content);
    }

    /**
     * Reads a file.
     *
     * @param file its path; a symbolic link stays one when the file is replaced
     * @throws IllegalArgumentException if it cannot be read, or does not describe replicas properly
     */
    static ReplicaFile read(Path file) {
        try {
            ReplicaSource.file(file)
                    .read(); // says what is wrong if it is no file, or a pipe that would be read for ever
            Path real = file.toRealPath();
            return new ReplicaFile(file, real, Files.readAllBytes(real));
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** {@return the content; the reader has made sure that it is UTF-8} */
    String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** {@return all replicas, those that are to drain included, in the order of the file} */
    List<ReplicaSpec> replicas() {
        return replicas;
    }

    /**
     * Writes another content in place of this one, with the same permissions and the same owner.
     *
     * @param text the content, which describes the same replicas
     * @throws IllegalArgumentException if that cannot be, or if the file has changed since it was read; it is as it was then
     */
    void replace(String text) {
        byte[] next = text.getBytes(StandardCharsets.UTF_8);
        if (!ReplicaSource.described(file, next).equals(replicas)) {
            throw new IllegalStateException("the change of file " + file + " would change more than was asked for");
        }
        Path claim = beside("");
        try {
            Files.createFile(claim);
            try {
                replaceBy(beside(".new"), next);
            } finally {
                Files.deleteIfExists(claim);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    "another 'orch drain' changes file " + file
                            + " at this moment, or one was stopped halfway: run this again, and remove " + claim
                            + " if it stays",
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "file " + file + " cannot be changed (" + e.getClass().getSimpleName() + ") and is as it was: check"
                            + " that you may write to it and to its folder; one that is mounted by itself must be changed"
                            + " where it comes from",
                    e);
        }
    }

    private Path beside(String ending) {
        return real.resolveSibling("." + real.getFileName() + ".orch-drain" + ending);
    }

    private void replaceBy(Path beside, byte[] next) throws IOException {
        try {
            Files.copy( // never more open than the file is; over what may have been left
                    real, beside, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
            write(beside, next);
            requireSameAccess(beside);
            requireUnchanged();
            Files.move(beside, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void write(Path path, byte[] bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true); // a name that leads to an empty file after a power failure would be no replicas at all
        }
    }

    /** The copy took over what this user may give. */
    private void requireSameAccess(Path beside) throws IOException {
        if (Files.getFileAttributeView(real, PosixFileAttributeView.class) != null) {
            PosixFileAttributes old = Files.readAttributes(real, PosixFileAttributes.class);
            PosixFileAttributes copy = Files.readAttributes(beside, PosixFileAttributes.class);
            if (!old.owner().equals(copy.owner())
                    || !old.group().equals(copy.group())
                    || !old.permissions().equals(copy.permissions())) {
                throw new IllegalArgumentException("file " + file + " belongs to " + old.owner() + " and the group "
                        + old.group() + ", and you may not make such a file: run this as " + old.owner()
                        + " with that group, or as root");
            }
        }
    }

    private void requireUnchanged() throws IOException {
        if (!Arrays.equals(content, Files.readAllBytes(real))) {
            throw new IllegalArgumentException("file " + file
                    + " was changed by somebody else at this moment, and is as they left it: run this again");
        }
    }
}
