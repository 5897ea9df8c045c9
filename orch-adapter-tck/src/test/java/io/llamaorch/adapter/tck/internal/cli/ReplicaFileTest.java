package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of replicas is replaced as a whole, keeps its permissions, and no change of another is lost. */
@NoLeaks
@Timeout(60)
class ReplicaFileTest {

    private static final String OLD = "{\"replicas\":[{\"engine\":\"a\"}]}";
    private static final String NEW = "{\"replicas\":[{\"engine\":\"a\",\"drain\":true}]}";

    private static final int WRITERS = 4;
    private static final int CHANGES_EACH = 10;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("replicas.json"), OLD);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static String refusal(ReplicaFile file, String text) {
        return assertThrows(IllegalArgumentException.class, () -> file.replace(text))
                .getMessage();
    }

    @Test
    void replace_always_leavesTheFileAndNothingBesideIt() throws IOException {
        ReplicaFile.read(file).replace(NEW);
        assertEquals(NEW, Files.readString(file));
        assertEquals(List.of("replicas.json"), names());
    }

    @Test
    void text_whenTheFileHasAByteOrderMark_hasItToo() throws IOException {
        Files.writeString(file, "\ufeff" + OLD);
        assertEquals("\ufeff" + OLD, ReplicaFile.read(file).text());
    }

    @EnabledOnOs({OS.LINUX, OS.MAC})
    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw-r--", "rwxrwxrwx"})
    void replace_always_keepsThePermissions(String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        ReplicaFile.read(file).replace(NEW);
        assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    /** Only a superuser can give a file away, so only there is something to see. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void replace_whenTheFileIsAnothers_leavesItTheirs() throws IOException {
        UserPrincipal nobody;
        try {
            nobody = file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(file, nobody);
        } catch (IOException e) {
            return;
        }
        ReplicaFile.read(file).replace(NEW);
        assertEquals(
                nobody, Files.readAttributes(file, PosixFileAttributes.class).owner());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void replace_whenThePathIsASymbolicLink_replacesWhatItLeadsTo() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.move(file, real.resolve("data.json"));
        Files.createSymbolicLink(folder.resolve("link.json"), Path.of("real", "data.json"));
        Files.createSymbolicLink(file, Path.of("link.json"));
        ReplicaFile.read(file).replace(NEW);
        assertTrue(Files.isSymbolicLink(file));
        assertTrue(Files.isSymbolicLink(folder.resolve("link.json")));
        assertEquals(NEW, Files.readString(real.resolve("data.json")));
    }

    /** A host that reads the file by the link finds them there, and nowhere else. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void replace_whenThePathIsASymbolicLink_findsTokenFilesBesideTheLink() throws IOException {
        String entry = "{\"replicas\":[{\"engine\":\"a\",\"token-file\":\"token\"%s}]}";
        Path real = Files.createDirectory(folder.resolve("real")).resolve("data.json");
        Files.writeString(real, entry.formatted(""));
        Files.writeString(folder.resolve("token"), "t0ken");
        Files.delete(file);
        Files.createSymbolicLink(file, real);
        ReplicaFile.read(file).replace(entry.formatted(",\"drain\":true"));
        assertEquals(entry.formatted(",\"drain\":true"), Files.readString(real));
    }

    @Test
    void replace_whenTheFileHasChangedMeanwhile_isRefusedAndLeavesItSo() throws IOException {
        ReplicaFile read = ReplicaFile.read(file);
        Files.writeString(file, OLD + "\n");
        assertEquals(
                "file " + file + " was changed by somebody else at this moment, and is as they left it: run this again",
                refusal(read, NEW));
        assertEquals(OLD + "\n", Files.readString(file));
        assertEquals(List.of("replicas.json"), names());
    }

    @Test
    void replace_whileAnotherChangesIt_isRefusedAndSaysWhatMayHaveBeenLeft() throws IOException {
        Path claim = Files.createFile(folder.resolve(".replicas.json.orch-drain"));
        assertEquals(
                "another 'orch drain' changes file " + file
                        + " at this moment, or one was stopped halfway: run this again, and remove "
                        + claim.toRealPath() + " if it stays",
                refusal(ReplicaFile.read(file), NEW));
        assertEquals(OLD, Files.readString(file));
        assertTrue(Files.exists(claim), "it is the other's");
    }

    @Test
    void replace_whenOneWasStoppedHalfway_overwritesWhatItLeft() throws IOException {
        Files.writeString(folder.resolve(".replicas.json.orch-drain.new"), "half");
        ReplicaFile.read(file).replace(NEW);
        assertEquals(NEW, Files.readString(file));
        assertEquals(List.of("replicas.json"), names());
    }

    @Test
    void replace_whenItCannotBe_saysWhatToDo() throws IOException {
        ReplicaFile read = ReplicaFile.read(file);
        Files.delete(file);
        String message = refusal(read, NEW);
        assertTrue(message.startsWith("file " + file + " cannot be changed (NoSuchFileException)"), message);
        assertTrue(message.contains("check that you may write to it and to its folder"), message);
        assertEquals(List.of(), names());
    }

    @Test
    void replace_whenItWouldChangeMore_isRefused() throws IOException {
        ReplicaFile read = ReplicaFile.read(file);
        assertThrows(IllegalStateException.class, () -> read.replace(OLD.replace("\"a\"", "\"b\"")));
        assertThrows(IllegalArgumentException.class, () -> read.replace("{}"));
        assertEquals(OLD, Files.readString(file));
    }

    @Test
    void read_whenTheFileIsWrong_saysWhatAReaderSays() throws IOException {
        Files.writeString(file, "{\"replicas\":[{\"engine\":\"a\",\"drain\":1}]}");
        assertEquals(
                "file " + file + " does not describe replicas properly: replicas[0].drain: must be true or false",
                assertThrows(IllegalArgumentException.class, () -> ReplicaFile.read(file))
                        .getMessage());
    }

    @Test
    void read_whenTheFileIsMissing_saysSo() {
        Path absent = folder.resolve("absent");
        assertEquals(
                "file " + absent + " cannot be read (NoSuchFileException): check the path and its permissions",
                assertThrows(IllegalArgumentException.class, () -> ReplicaFile.read(absent))
                        .getMessage());
    }

    /**
     * Each of them begins anew when it was refused, as its message says. A copy that must not replace anything did not keep
     * them apart: it takes a file for the original itself if that has gone and its number was given to the new one.
     */
    @Test
    void replace_whenManyChangeTheFileAtOnce_losesNoChange() throws Exception {
        Files.writeString(
                file,
                Stream.generate(() -> "{\"engine\":\"a\"}")
                        .limit(WRITERS)
                        .collect(Collectors.joining(",", "{\"replicas\":[", "]}")));
        String before = Files.readString(file);
        CountDownLatch start = new CountDownLatch(1);
        var threads = Executors.newFixedThreadPool(WRITERS);
        List<CompletableFuture<Void>> writers = IntStream.range(0, WRITERS)
                .mapToObj(i -> CompletableFuture.runAsync(() -> markAndUnmark(start, i), threads))
                .toList();
        start.countDown();
        try {
            writers.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
        assertEquals(before, Files.readString(file));
        assertEquals(List.of("replicas.json"), names());
    }

    private void markAndUnmark(CountDownLatch start, int replica) {
        try {
            Patience.await(start);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (int done = 0; done < CHANGES_EACH; ) {
            ReplicaFile read = ReplicaFile.read(file);
            DrainMarks marks = DrainMarks.of(read.text());
            boolean marked = done % 2 == 1;
            assertEquals(marked, marks.at(replica), "what was changed last was lost");
            try {
                read.replace(marks.with(replica, !marked).text());
                done++;
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().contains("run this again"), refused.getMessage());
            }
        }
    }

    /** A reader sees the old content or the new one, while it is replaced as fast as it goes. */
    @Test
    void replace_whileSomebodyReads_showsNoPart() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        var thread = Executors.newSingleThreadExecutor();
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> readUntil(over), thread);
        try {
            for (int i = 0; i < 100 && !reading.isDone(); i++) {
                ReplicaFile.read(file).replace(i % 2 == 0 ? NEW : OLD);
            }
        } finally {
            over.set(true);
            thread.shutdown();
        }
        reading.join();
    }

    private void readUntil(AtomicBoolean over) {
        do {
            try {
                String seen = Files.readString(file);
                assertTrue(seen.equals(OLD) || seen.equals(NEW), seen);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        } while (!over.get());
    }
}
