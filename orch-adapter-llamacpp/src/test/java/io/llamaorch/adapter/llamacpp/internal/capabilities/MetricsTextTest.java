package io.llamaorch.adapter.llamacpp.internal.capabilities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.spi.EngineMetrics.Kind;
import io.llamaorch.adapter.spi.EngineMetrics.Reading;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of {@code /metrics} (HLT-07, contract 5). */
class MetricsTextTest {

    private static List<Reading> readings(String... lines) {
        MetricsText text = new MetricsText();
        for (String line : lines) {
            assertTrue(text.line(line), line);
        }
        return text.readings();
    }

    @Test
    void text_recorded_isReadWhole() {
        List<Reading> readings = readings(Transcripts.text("metrics").lines().toArray(String[]::new));
        assertEquals(15, readings.size());
        assertEquals(new Reading("llamacpp:prompt_seconds_total", Kind.COUNTER, Map.of(), 0.49734), readings.get(2));
        assertEquals(new Reading("llamacpp:requests_deferred", Kind.GAUGE, Map.of(), 0), readings.get(13));
    }

    @Test
    void highWaterMark_thatIsSaidToBeACounter_isAGauge() {
        assertEquals(
                List.of(new Reading("llamacpp:n_tokens_max", Kind.GAUGE, Map.of(), 2047)),
                readings("# TYPE llamacpp:n_tokens_max counter", "llamacpp:n_tokens_max 2047"));
    }

    @Test
    void reading_withoutAType_isAGauge() {
        assertEquals(List.of(new Reading("x", Kind.GAUGE, Map.of(), 1)), readings("x 1"));
    }

    @Test
    void labels_areRead() {
        assertEquals(
                Map.of("position", "3", "b_1", "a \"quoted\", b}\\ \n", "c", ""),
                readings("x{position=\"3\", b_1=\"a \\\"quoted\\\", b}\\\\ \\n\",c=\"\",} 1.5 1700000000000")
                        .get(0)
                        .labels());
    }

    @Test
    void values_areReadAsTheyAreWritten() {
        assertEquals(
                List.of(1.23457e6, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, -0.5),
                readings("a 1.23457e+06", "b +Inf", "c{} -Inf", "d\tNaN", "e  -.5").stream()
                        .map(Reading::value)
                        .toList());
    }

    @Test
    void commentsAndEmptyLines_areNoReadings() {
        assertEquals(List.of(), readings("", "# HELP x what it is", "#", "# EOF", "# TYPE x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>",
                "x",
                "x one",
                "x{",
                "x{a} 1",
                "x{a=1} 1",
                "x{a=\"1} 1",
                "x{a=\"1\"b=\"2\"} 1",
                "x{a=\"\\\"} 1",
                "1x 2",
                "{\"a\": 1}"
            })
    void line_ofSomethingElse_isRefused(String line) {
        assertFalse(new MetricsText().line(line));
    }
}
