package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code orch drain}: what it says, and when it refuses. */
@Timeout(30)
class DrainCommandTest {

    private static final String TWO = """
            {"replicas": [{"engine": "mock", "pool": "p"}, {"engine": "mock", "pool": "p", "token": "hush-0123"},
             {"engine": "mock"}]}""";
    private static final String PROMPT = "    $ ";

    private final Screen screen = new Screen();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("replicas.json"), TWO);
    }

    private int drain(String... args) {
        List<String> all = new ArrayList<>(List.of("drain", "--replicas", file.toString()));
        all.addAll(List.of(args));
        return screen.run(all.toArray(String[]::new));
    }

    private void assertTold(String message) {
        assertEquals("orch: " + message, screen.errLines().get(0));
        assertEquals(1, screen.errLines().size());
    }

    @Test
    void mark_whenSet_isTheOnlyChange() throws IOException {
        assertEquals(0, drain("p/r1"));
        assertEquals(TWO.replace("\"hush-0123\"", "\"hush-0123\", \"drain\": true"), Files.readString(file));
        assertEquals("", screen.err());
    }

    @Test
    void file_whoseReplicasAllDrain_isNoReasonToAskTheScriptedEngine() throws IOException {
        Files.writeString(file, "{\"replicas\": [{\"engine\": \"mock\", \"drain\": true}]}");
        assertEquals(2, screen.run("submit", "--replicas", file.toString(), "hello"));
        assertTold("INVALID_PARAMS: file " + file
                + " describes no replica that takes work: add one, or let one that drains come back"
                + " ('orch drain --undo') (docs/errors.md#invalid_params)");
    }

    @Test
    void mark_whenTakenAway_leavesTheFileAsItWas() throws IOException {
        assertEquals(0, drain("p/r1"));
        assertEquals(0, drain("p/r1", "--undo"));
        assertEquals(TWO, Files.readString(file));
    }

    @Test
    void mark_whenItIsSoAlready_saysSoAndWritesNothing() throws IOException {
        var written = Files.getLastModifiedTime(file);
        assertEquals(0, drain("p/r1", "--undo"));
        assertEquals("p/r1 is not marked to drain: nothing was changed.\n", screen.out());
        assertEquals(written, Files.getLastModifiedTime(file));
    }

    @Test
    void json_always_isAnObjectALine() {
        assertEquals(0, drain("p/r0", "--json"));
        assertEquals(0, drain("p/r0", "--json"));
        assertEquals(0, drain("p/r0", "--json", "--undo"));
        String names = "{\"pool\":\"p\",\"replica\":\"r0\",\"engine\":\"mock\",";
        assertEquals(
                List.of(
                        names + "\"drain\":true,\"changed\":true,\"left\":1}",
                        names + "\"drain\":true,\"changed\":false,\"left\":1}",
                        names + "\"drain\":false,\"changed\":true,\"left\":2}"),
                screen.outLines());
    }

    @Test
    void replica_whenUnknown_namesThoseThatExistAndTheNearest() throws IOException {
        assertEquals(6, drain("p/r2"));
        assertTold("NOT_FOUND: there is no replica 'p/r2' in file " + file
                + ", only p/r0, p/r1, default/r0; did you mean 'p/r0'? (docs/errors.md#not_found)");
    }

    @Test
    void replica_whenThePoolIsLeftOut_hintsAtIt() {
        assertEquals(6, drain("r1"));
        assertTrue(screen.err().contains("; did you mean 'p/r1'?"), screen.err());
    }

    @Test
    void replica_whenThereAreMany_namesSome() throws IOException {
        Files.writeString(
                file,
                IntStream.range(0, 23)
                        .mapToObj(i -> "{\"engine\":\"mock\"}")
                        .collect(Collectors.joining(",", "{\"replicas\":[", "]}")));
        assertEquals(6, drain("other/gpu"));
        assertTrue(screen.err().contains("default/r18, default/r19 and 3 more (docs"), screen.err());
    }

    @Test
    void replica_whenThereAreNone_saysSo() throws IOException {
        Files.writeString(file, "{\"replicas\":[]}");
        assertEquals(6, drain("p/r0"));
        assertTrue(screen.err().contains("'p/r0' in file " + file + ": it describes none"), screen.err());
    }

    @Test
    void replica_whenTwoAreWrittenTheSame_isRefused() throws IOException {
        Files.writeString(file, """
                {"replicas": [{"engine": "mock", "pool": "a/b", "replica": "c"},
                  {"engine": "mock", "pool": "a", "replica": "b/c"}, {"engine": "mock", "pool": "a/b/c"}]}""");
        assertEquals(2, drain("a/b/c"));
        assertTrue(screen.err().contains("two replicas of file " + file + " are 'a/b/c'"), screen.err());
        assertEquals(0, drain("a/b/c/r0"));
    }

    @Test
    void file_whenWrong_isRefusedAndShowsNoValue() throws IOException {
        Files.writeString(file, TWO.replace("\"token\"", "\"tokn\""));
        assertEquals(2, drain("p/r1"));
        assertTold(
                "INVALID_PARAMS: file " + file + " does not describe replicas properly: replicas[1].tokn: is not known;"
                        + " did you mean 'token'? (docs/errors.md#invalid_params)");
    }

    @Test
    void file_whenNotGiven_isWrongUsage() {
        assertEquals(2, screen.run("drain", "p/r1"));
        assertTrue(screen.err().contains("--replicas"), screen.err());
    }

    @Test
    void error_whenJsonIsAsked_isOnStandardOutputToo() {
        assertEquals(6, drain("p/r7", "--json"));
        assertTrue(screen.out().startsWith("{\"event\":\"error\",\"code\":\"NOT_FOUND\""), screen.out());
    }

    /** Typed as it stands in {@code docs/command-line.md}; the breaks of lines depend on the folder's name. */
    @Test
    void session_whenTyped_showsWhatThePageSays() throws IOException {
        List<String> session = Files.readString(Path.of("..", "docs", "command-line.md"))
                .lines()
                .dropWhile(line -> !line.equals("## drain"))
                .dropWhile(line -> !line.startsWith(PROMPT))
                .takeWhile(line -> line.startsWith("    "))
                .toList();
        int typed = 0;
        for (int i = 0; i < session.size(); typed++) {
            String command = session.get(i).substring(PROMPT.length());
            int end = ++i;
            while (end < session.size() && !session.get(end).startsWith(PROMPT)) {
                end++;
            }
            String seen = session.subList(i, end).stream()
                    .map(line -> line.substring(4) + "\n")
                    .collect(Collectors.joining());
            assertEquals(words(seen), words(typed(command, seen)), command);
            i = end;
        }
        assertTrue(typed > 7, "the page has a session: " + session);
    }

    private String typed(String command, String seen) throws IOException {
        List<String> words = words(command);
        switch (words.get(0)) {
            case "cat" -> {
                Files.writeString(file, seen);
                return seen;
            }
            case "grep" -> {
                return Files.readAllLines(file).stream()
                        .filter(line -> line.contains(words.get(1)))
                        .collect(Collectors.joining("\n"));
            }
            default -> {
                Screen terminal = new Screen();
                terminal.run(words.stream()
                        .skip(1)
                        .map(word -> word.equals("replicas.json") ? file.toString() : word)
                        .toArray(String[]::new));
                return (terminal.out() + terminal.err()).replace(file.toString(), "replicas.json");
            }
        }
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+", -1));
    }
}
