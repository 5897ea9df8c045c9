package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.internal.report.ConformanceReport;
import io.llamaorch.adapter.tck.internal.report.Finding;
import io.llamaorch.adapter.tck.internal.report.ReportForm;
import io.llamaorch.adapter.tck.internal.report.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kit tells the author of a naive client. */
@Tag("once")
class NaiveAdapterTest {

    private static final Path REPORT = Path.of(System.getProperty("basedir", ""), "target", "naive-client");

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void naiveClient_isToldWhatIsWrong() {
        List<Finding> found = KitRun.patiently(
                KitRun.HASTY,
                () -> io.llamaorch.adapter.tck.internal.report.KitRun.of(
                        AdapterHarness.http(new NaiveAdapter.Factory()), rule -> true, new Nobody()));

        ReportForm.writeAll(
                ConformanceReport.of(
                        Map.of("adapter", "a naive client"),
                        found,
                        found.stream().map(Finding::took).reduce(Duration.ZERO, Duration::plus)),
                REPORT);
        List<Finding> failed = found.stream()
                .filter(finding -> finding.verdict() == Verdict.FAILED)
                .toList();
        Set<String> broken = failed.stream().map(Finding::rule).collect(Collectors.toCollection(TreeSet::new));
        System.out.println("The naive client breaks " + broken + "; " + (found.size() - failed.size())
                + " tests do not fail; " + REPORT + " has what it is told.");
        assertTrue(
                broken.containsAll(Set.of(
                        "EVT-04", "EVT-05", "EVT-06", "EVT-07", "EVT-08", "EVT-10", "CAN-03", "CAN-05", "CFG-02",
                        "ERR-03", "ERR-04", "HLT-01", "HLT-03", "LIF-04")),
                () -> "broken: " + broken);
        assertTrue(
                failed.stream()
                        .allMatch(finding -> finding.story()
                                .filter(story -> !story.expectation().isEmpty()
                                        && !story.observation().isEmpty())
                                .isPresent()),
                "each failure says what was expected and what was seen");
    }

    private static final class Nobody implements io.llamaorch.adapter.tck.internal.report.KitRun.Watcher {
        @Override
        public void begins(int tests) {}

        @Override
        public void testBegins(String name) {}

        @Override
        public void testEnds(Finding finding) {}
    }
}
