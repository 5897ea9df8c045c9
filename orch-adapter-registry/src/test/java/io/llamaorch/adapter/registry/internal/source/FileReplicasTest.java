package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CFG-03: replicas from a JSON file; what is wrong in one is in {@link ReplicaFaultsTest}. */
@NoLeaks
class FileReplicasTest {

    private static final String ONE = "{\"replicas\":[{\"engine\":\"llamacpp\",\"url\":\"http://a:1\"}]}";
    private static final String TWO =
            "{\"replicas\":[{\"engine\":\"llamacpp\",\"url\":\"http://a:1\"},{\"engine\":\"other\"}]}";

    /** Entries with ids and without, in two pools; some of them are to drain. */
    private static final String DRAINING = """
            {"replicas": [
              {"engine": "a"}, {"engine": "a", "drain": true}, {"drain": true, "engine": "a", "replica": "r2"},
              {"engine": "a"}, {"engine": "a", "pool": "p", "drain": false}]}""";

    @TempDir
    Path folder;

    private Path file;
    private ReplicaSource source;

    @BeforeEach
    void name() {
        file = folder.resolve("replicas.json");
        source = ReplicaSource.file(file);
    }

    @Test
    void read_whenAllFieldsAreGiven_givesThem() throws IOException {
        write("""
                {"$schema": "x", "replicas": [{"options": {"b": 5, "a": "5s", "c": true, "d": 1.50}, "token": "t0ken",
                 "share": 2, "drain": false,
                 "url": "https://a:1/b", "replica": "left", "pool": "big", "engine": "llamacpp"}]}""");
        ReplicaSpec expected = ReplicaSpec.builder("llamacpp")
                .pool("big")
                .replica("left")
                .url("https://a:1/b")
                .token(Secret.of("t0ken"))
                .share(2)
                .option("a", "5s")
                .option("b", "5")
                .option("c", "true")
                .option("d", "1.50")
                .build();
        assertEquals(List.of(expected), source.read());
    }

    @Test
    void read_whenOnlyTheEngineIsGiven_fillsInTheRest() throws IOException {
        write("{\"replicas\":[{\"engine\":\"mock\"}]}");
        ReplicaSpec spec = source.read().get(0);
        assertEquals("default/r0 (mock)", spec.toString());
        assertEquals(Optional.empty(), spec.url());
        assertEquals(Optional.empty(), spec.token());
        assertEquals(Map.of(), spec.options());
        assertEquals(OptionalInt.empty(), spec.share());
    }

    /** Not every engine is reached by HTTP. */
    @Test
    void read_whenAUrlIsOfAnotherScheme_leavesThatToTheAdapter() throws IOException {
        write("{\"replicas\":[{\"engine\":\"mock\",\"url\":\"mock:1\"}]}");
        assertEquals(Optional.of("mock:1"), source.read().get(0).url());
    }

    @Test
    void read_whenIdsAreMissing_givesTheFirstFreeOnesOfThePool() throws IOException {
        write("""
                {"replicas": [
                  {"engine": "a"}, {"engine": "a", "pool": "p"}, {"engine": "a"}, {"engine": "a", "replica": "r1"},
                  {"engine": "a", "pool": "p"}, {"engine": "a", "pool": "p", "replica": "r0"}, {"engine": "a"}]}""");
        assertEquals(
                List.of("default/r0", "p/r1", "default/r2", "default/r1", "p/r2", "p/r0", "default/r3"),
                source.read().stream()
                        .map(spec -> spec.pool() + "/" + spec.replica())
                        .toList());
    }

    @Test
    void read_whenOneIsToDrain_leavesItOut() throws IOException {
        write(DRAINING);
        assertEquals(List.of("default/r0", "default/r3", "p/r0"), places(source.read()));
    }

    /** Whoever comes behind it would be bound anew, with all its streams, if its id changed. */
    @Test
    void read_whenOneIsToDrain_shiftsNoIdAndNoOrigin() throws IOException {
        write(DRAINING.replace("true", "false"));
        List<ReplicaSpec> before = source.read();
        write(DRAINING);
        List<ReplicaSpec> after = source.read();
        assertEquals(List.of("default/r0", "default/r1", "default/r2", "default/r3", "p/r0"), places(before));
        assertEquals(List.of(before.get(0), before.get(3), before.get(4)), after);
        assertEquals(Optional.of("replicas[3]"), after.get(1).origin());
    }

    @Test
    void read_whenAllAreToDrain_givesNone() throws IOException {
        write("{\"replicas\":[{\"drain\":true,\"engine\":\"mock\"}]}");
        assertEquals(List.of(), source.read());
    }

    @Test
    void described_givesThoseTooThatAreToDrain() throws IOException {
        write(DRAINING.replace("true", "false"));
        assertEquals(source.read(), ReplicaSource.described(file, DRAINING.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void described_findsTokenFilesFromTheFileThatNeedNotBeThere() throws IOException {
        Files.writeString(folder.resolve("token"), "t0ken");
        byte[] content = "{\"replicas\":[{\"engine\":\"a\",\"token-file\":\"token\",\"drain\":true}]}"
                .getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "t0ken",
                ReplicaSource.described(file, content)
                        .get(0)
                        .token()
                        .orElseThrow()
                        .reveal());
    }

    @Test
    void described_whenTheContentIsWrong_saysSoAsRead() throws IOException {
        String wrong = "{\"replicas\":[{\"engine\":\"a\",\"drain\":1},7]}";
        write(wrong);
        assertEquals(
                assertThrows(IllegalArgumentException.class, source::read).getMessage(),
                assertThrows(
                                IllegalArgumentException.class,
                                () -> ReplicaSource.described(file, wrong.getBytes(StandardCharsets.UTF_8)))
                        .getMessage());
    }

    @Test
    void described_whenTheContentIsTooLarge_isRefused() {
        byte[] content = (ONE + " ".repeat(FileReplicas.MOST_BYTES)).getBytes(StandardCharsets.UTF_8);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ReplicaSource.described(file, content))
                .getMessage()
                .contains("it is larger than 1048576 bytes"));
    }

    private static List<String> places(List<ReplicaSpec> specs) {
        return specs.stream().map(spec -> spec.pool() + "/" + spec.replica()).toList();
    }

    @Test
    void read_whenCalledAgain_givesTheSame() throws IOException {
        Files.writeString(folder.resolve("token"), "t0ken");
        write("{\"replicas\":[{\"engine\":\"a\",\"token\":\"x\"},{\"engine\":\"b\",\"token-file\":\"token\"}]}");
        assertEquals(source.read(), source.read());
    }

    @Test
    void read_givesThePathOfEachReplicaAsItsOrigin() throws IOException {
        write(TWO);
        assertEquals(
                List.of(Optional.of("replicas[0]"), Optional.of("replicas[1]")),
                source.read().stream().map(ReplicaSpec::origin).toList());
    }

    @Test
    void read_whenThereAreNoReplicas_givesNone() throws IOException {
        write("{\"replicas\":[]}");
        assertEquals(List.of(), source.read());
    }

    @Test
    void read_whenATokenFileIsRelative_findsItBesideTheDocument() throws IOException {
        Path token = Files.writeString(
                Files.createDirectories(folder.resolve("secrets")).resolve("token"), "first\n");
        write("{\"replicas\":[{\"engine\":\"a\",\"token-file\":\"secrets/token\"}]}");
        Secret secret = source.read().get(0).token().orElseThrow();
        assertEquals("first", secret.reveal());
        Files.writeString(token, "second\n");
        assertEquals("second", secret.reveal());
    }

    @Test
    void read_whenATokenFileIsAbsolute_findsIt() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "t0ken").toAbsolutePath();
        write("{\"replicas\":[{\"engine\":\"a\",\"token-file\":\""
                + token.toString().replace('\\', '/') + "\"}]}");
        assertEquals("t0ken", source.read().get(0).token().orElseThrow().reveal());
    }

    @Test
    void read_whenTheFileIsReplacedByARename_givesTheNewContent() throws IOException {
        write(ONE);
        assertEquals(1, source.read().size());
        Path next = Files.writeString(folder.resolve("next"), TWO);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        assertEquals(2, source.read().size());
    }

    /** How Kubernetes renews what it mounts: the folder's own link is exchanged, and the file's stays. */
    @Test
    void read_whenALinkOnTheWayIsExchanged_givesTheNewContent() throws IOException {
        version("v1", ONE, "first");
        version("v2", TWO.replace("}]}", ",\"token-file\":\"token\"}]}"), "second");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("v1"));
        Files.createSymbolicLink(file, Path.of("..data", "replicas.json"));
        Files.createSymbolicLink(folder.resolve("token"), Path.of("..data", "token"));
        assertEquals(1, source.read().size());
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("v2"));
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        List<ReplicaSpec> specs = source.read();
        assertEquals(2, specs.size());
        assertEquals("second", specs.get(1).token().orElseThrow().reveal());
    }

    private void version(String name, String document, String token) throws IOException {
        Path version = Files.createDirectories(folder.resolve(name));
        Files.writeString(version.resolve("replicas.json"), document);
        Files.writeString(version.resolve("token"), token);
    }

    @Test
    void read_whenTheFileBeginsWithAByteOrderMark_readsIt() throws IOException {
        write("\ufeff" + ONE);
        assertEquals(1, source.read().size());
    }

    @Test
    void read_whenTheFileIsAsLargeAsMayBe_readsIt() throws IOException {
        write(ONE + " ".repeat(FileReplicas.MOST_BYTES - ONE.length()));
        assertEquals(1, source.read().size());
    }

    @Test
    void read_whenTheFileIsLarger_isRefused() throws IOException {
        write(ONE + " ".repeat(FileReplicas.MOST_BYTES + 1 - ONE.length()));
        assertEquals(
                "file " + file + " does not describe replicas properly: it is larger than 1048576 bytes: split it into"
                        + " several files",
                assertThrows(IllegalArgumentException.class, source::read).getMessage());
    }

    @Test
    void read_whenTheFileIsNoUtf8_saysWhere() throws IOException {
        Files.write(file, "{\n\"replicas\":\n[\"\u00e4\"]}".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(
                "file " + file + " does not describe replicas properly: line 3: it is no UTF-8 here: save it as UTF-8",
                assertThrows(IllegalArgumentException.class, source::read).getMessage());
    }

    @Test
    void read_whenTheFileIsMissing_saysWhatToDo() {
        assertEquals(
                "file " + file + " cannot be read (NoSuchFileException): check the path and its permissions",
                assertThrows(IOException.class, source::read).getMessage());
    }

    @Test
    void read_whenItIsAFolder_saysSo() throws IOException {
        Files.createDirectory(file);
        assertEquals(
                "file " + file + " is no file but a folder, a pipe or the like: name a file",
                assertThrows(IOException.class, source::read).getMessage());
    }

    @Test
    void read_whenTheFileComesBack_readsIt() throws IOException {
        write(ONE);
        Files.delete(file);
        assertThrows(IOException.class, source::read);
        write(TWO);
        assertEquals(2, source.read().size());
    }

    @Test
    void name_tellsTheFile() {
        assertEquals("file " + file, source.name());
    }

    @Test
    void interval_isASecondUnlessItIsSaid() {
        assertEquals(Duration.ofSeconds(1), source.interval());
        assertEquals(
                Duration.ofSeconds(7),
                ReplicaSource.file(file, Duration.ofSeconds(7)).interval());
        assertEquals(Duration.ZERO, ReplicaSource.file(file, Duration.ZERO).interval());
    }

    @Test
    void interval_whenNegative_isRefused() {
        Duration negative = Duration.ofNanos(-1);
        String message = assertThrows(IllegalArgumentException.class, () -> ReplicaSource.file(file, negative))
                .getMessage();
        assertTrue(message.contains("give zero or more"), message);
        assertFalse(Files.exists(file));
    }

    private void write(String document) throws IOException {
        Files.writeString(file, document);
    }
}
