package io.llamaorch.adapter.tck.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCK-06: failures that are known. */
class BaselineTest {

    @TempDir
    Path folder;

    private Baseline baseline(String text) throws IOException {
        return Baseline.read(Files.writeString(folder.resolve("baseline.txt"), text));
    }

    private static Finding finding(String rule, String test, Verdict verdict) {
        return new Finding(rule, test, verdict, Duration.ZERO, Optional.empty(), "");
    }

    private static List<Verdict> verdicts(Baseline baseline, Finding... findings) {
        return baseline.applyTo(List.of(findings)).stream()
                .map(Finding::verdict)
                .toList();
    }

    @Test
    void failure_whenItIsKnown_isExpected() throws IOException {
        Baseline known = baseline("# cuts\nEVT-05\n\nEVT-06 error: is told # soon\n");
        assertEquals(
                List.of(Verdict.EXPECTED, Verdict.EXPECTED, Verdict.FAILED),
                verdicts(
                        known,
                        finding("EVT-05", "a", Verdict.FAILED),
                        finding("EVT-06", "error: is told", Verdict.FAILED),
                        finding("EVT-06", "another", Verdict.FAILED)));
    }

    @Test
    void pass_whenAFailureIsKnown_isBad() throws IOException {
        assertEquals(
                List.of(Verdict.MENDED),
                verdicts(baseline("EVT-06 error: is told"), finding("EVT-06", "error: is told", Verdict.PASSED)));
    }

    @Test
    void rule_whenOneOfItsTestsStillFails_isNotMended() throws IOException {
        assertEquals(
                List.of(Verdict.PASSED, Verdict.EXPECTED),
                verdicts(
                        baseline("EVT-05"),
                        finding("EVT-05", "a", Verdict.PASSED),
                        finding("EVT-05", "b", Verdict.FAILED)));
        assertEquals(
                List.of(Verdict.MENDED, Verdict.MENDED),
                verdicts(
                        baseline("EVT-05"),
                        finding("EVT-05", "a", Verdict.PASSED),
                        finding("EVT-05", "b", Verdict.PASSED)));
    }

    @Test
    void test_thatCouldNotBeRun_isNeitherExpectedNorMended() throws IOException {
        assertEquals(
                List.of(Verdict.NOT_TESTABLE),
                verdicts(baseline("EVT-05"), finding("EVT-05", "a", Verdict.NOT_TESTABLE)));
    }

    @Test
    void line_thatNamesNoTest_isTold() throws IOException {
        assertEquals(
                List.of("EVT-77", "EVT-05 gone"),
                baseline("EVT-05\nEVT-77\nEVT-05 gone").unknown(List.of(finding("EVT-05", "a", Verdict.PASSED))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evt-05", "EVT5", "cut stream"})
    void line_thatIsNone_isRefusedWithItsNumber(String line) {
        String message = assertThrows(IllegalArgumentException.class, () -> baseline("EVT-01\n" + line))
                .getMessage();
        assertTrue(message.contains("line 2: '" + line + "' is neither a rule's id"), message);
    }

    @Test
    void file_thatIsNotThere_isRefused() {
        Path missing = folder.resolve("missing.txt");
        String message = assertThrows(IllegalArgumentException.class, () -> Baseline.read(missing))
                .getMessage();
        assertEquals("baseline " + missing + " cannot be read (NoSuchFileException): check the path", message);
    }
}
