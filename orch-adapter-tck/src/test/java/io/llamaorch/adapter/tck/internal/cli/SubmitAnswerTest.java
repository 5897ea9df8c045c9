package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code orch submit} can ask of the answer. */
@NoLeaks
@Timeout(60)
class SubmitAnswerTest {

    private final Screen screen = new Screen();
    private final ScriptedEngine engine = ScriptedEngine.builder().start();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        engine.close();
    }

    private int submit(String... args) {
        List<String> all = new ArrayList<>(List.of("submit", "--url", "" + engine.url(), "--temperature", "0"));
        all.addAll(List.of(args));
        all.add("Once upon a time");
        return screen.run(all.toArray(String[]::new));
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("form"), text).toString();
    }

    @Test
    void grammar_isKept() throws Exception {
        assertEquals(0, submit("--grammar", file("root ::= \"yes\" | \"no\"")), screen::err);
        assertTrue(List.of("yes", "no").contains(screen.out().strip()), screen::out);
    }

    @Test
    void schema_isKept() throws Exception {
        assertEquals(0, submit("--json-schema", file("{\"type\":\"boolean\"}")), screen::err);
        assertTrue(List.of("true", "false").contains(screen.out().strip()), screen::out);
    }

    @Test
    void forms_two_areRefused() throws Exception {
        assertEquals(
                ExitCode.INVALID_PARAMS.number(), submit("--json-schema", file("{}"), "--grammar", file("root ::= x")));
        assertTrue(screen.err().contains("give one of them"), screen::err);
    }

    @Test
    void file_thatIsNotThere_isNamed() {
        assertEquals(ExitCode.INVALID_PARAMS.number(), submit("--grammar", "/no/such/file"));
        assertTrue(screen.err().contains("cannot read /no/such/file"), screen::err);
    }

    @Test
    void logProbabilities_areInTheLinesOfTokens() {
        assertEquals(0, submit("--max-tokens", "2", "--log-probabilities", "2", "--json"), screen::err);
        String token = screen.outLines().stream()
                .filter(line -> line.contains("\"event\":\"token\""))
                .findFirst()
                .orElseThrow();
        assertTrue(token.matches(".*\"ids\":\\[\\d+],\"logprob\":-?[0-9.E-]+,\"alternatives\":\\[\\{\"id\":.*"), token);
    }

    @Test
    void progress_isALineOfItsOwn() {
        assertEquals(0, submit("--max-tokens", "1", "--progress", "--json"), screen::err);
        assertTrue(screen.out().contains("{\"event\":\"progress\",\"processed\":"), screen::out);
    }

    @Test
    void extra_isTheEngines_andItsRangeIsChecked() {
        assertEquals(
                0, submit("--max-tokens", "1", "--extra", "ignore_eos=true", "--extra", "typical_p=0.5"), screen::err);
        assertTrue(engine.lastRequestBody().contains("\"typical_p\":0.5"), engine::lastRequestBody);
        assertEquals(ExitCode.INVALID_PARAMS.number(), submit("--extra", "typical_p=2"));
        assertTrue(screen.err().contains("must be a number from 0 to 1"), screen::err);
    }

    @Test
    void determinism_withoutADeclaration_saysWhatItNeeds() {
        assertEquals(ExitCode.UNSUPPORTED.number(), submit("--determinism", "GREEDY"));
        assertTrue(screen.err().contains("set the option 'exclusive'"), screen::err);
        assertEquals(
                0, submit("--determinism", "GREEDY", "--max-tokens", "1", "--option", "exclusive=true"), screen::err);
    }
}
