package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.RuleBroken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kit tells the author of a naive client. */
@Tag("once")
class NaiveAdapterTest {

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void naiveClient_isToldWhatIsWrong() throws IOException {
        KitRun run = KitRun.on(() -> AdapterHarness.http(new NaiveAdapter.Factory()), KitRun.HASTY);

        Set<String> broken = run.broken();
        Path told = Path.of(System.getProperty("basedir", ""), "target", "naive-client.txt");
        Files.writeString(
                told, run.failures().stream().map(Throwable::getMessage).collect(Collectors.joining("\n\n")));
        System.out.println("The naive client breaks " + broken + "; " + run.passed() + " tests pass; " + told
                + " has what it is told.");
        assertTrue(
                broken.containsAll(Set.of(
                        "EVT-04", "EVT-05", "EVT-06", "EVT-07", "EVT-08", "EVT-10", "CAN-03", "CAN-05", "CFG-02",
                        "ERR-03", "ERR-04", "HLT-01", "HLT-03", "LIF-04")),
                () -> "broken: " + broken);
        assertTrue(
                run.failures().stream()
                        .allMatch(failure -> failure instanceof RuleBroken rule
                                && !rule.expectation().isEmpty()
                                && !rule.observation().isEmpty()),
                "each failure says what was expected and what was seen");
    }
}
