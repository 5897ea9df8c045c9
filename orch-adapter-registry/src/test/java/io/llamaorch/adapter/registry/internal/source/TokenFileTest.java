package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.spi.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CFG-03: a token from a file is the one that the file holds now. */
class TokenFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("token"), "first-secret\n");
    }

    /** A rotation within one tick of the file system's clock, by a token of the same length, was never noticed. */
    @Test
    void get_whenReplacedWithinOneTickOfTheClock_givesTheNewOne() throws IOException {
        FileTime tick = FileTime.from(Instant.now());
        Files.setLastModifiedTime(file, tick);
        TokenFile source = new TokenFile(file);
        assertEquals("first-secret", source.get());
        Files.writeString(file, "other-secret\n");
        Files.setLastModifiedTime(file, tick);

        assertEquals("other-secret", source.get());
    }

    @Test
    void get_whenUnchangedForLong_isNotReadAgain() throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
        TokenFile source = new TokenFile(file);

        assertSame(source.get(), source.get());
    }

    @Test
    void get_whenMovedOverTheOldOne_givesTheNewOne() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        Files.setLastModifiedTime(file, old);
        TokenFile source = new TokenFile(file);
        assertEquals("first-secret", source.get());
        Path next = Files.writeString(folder.resolve("next"), "moved-secret\n");
        Files.setLastModifiedTime(next, old);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);

        assertEquals("moved-secret", source.get());
    }

    @Test
    void get_whenLargerThanAnyToken_isRefused() throws IOException {
        Files.writeString(file, "x".repeat(64 * 1024 + 1));

        assertThrows(IllegalArgumentException.class, new TokenFile(file)::get);
    }

    /** A host compares what it has with what it reads anew. */
    @Test
    void equals_whenThePathIsTheSame_isTrueWhateverIsInTheFile() throws IOException {
        Secret before = TokenFile.secret(file);
        Files.writeString(file, "other-secret\n");

        assertEquals(before, TokenFile.secret(file));
        assertEquals(before.hashCode(), TokenFile.secret(file).hashCode());
    }

    @Test
    void equals_whenThePathIsAnother_isFalse() throws IOException {
        Path copy = Files.copy(file, folder.resolve("copy"));

        assertNotEquals(TokenFile.secret(file), TokenFile.secret(copy));
    }
}
