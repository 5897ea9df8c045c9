package io.llamaorch.adapter.tck.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.RuleBroken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** TCK-05: a report in each form holds what was found, whatever the adapter and its engine said. */
class ReportFormTest {

    private static final String HOSTILE = "</pre><script>alert(\"1\")</script>&amp;\u0000\u001b[31m\ud800 \u2028";

    private final ConformanceReport report = new ConformanceReport(
            Map.of("adapter", "mock <1.0>"),
            Map.of("date", "2026-11-26T12:00:00Z"),
            List.of(
                    finding("EVT-01", Verdict.PASSED, "", Optional.empty()),
                    finding("EVT-05", Verdict.FAILED, "", Optional.of(broken())),
                    finding("EVT-05", Verdict.NOT_TESTABLE, "a real engine does nothing wrong", Optional.empty()),
                    finding("ERR-03", Verdict.EXPECTED, "", Optional.of(broken())),
                    finding("ERR-04", Verdict.MENDED, "", Optional.empty())),
            Duration.ofMillis(1234));

    private static RuleBroken broken() {
        return new RuleBroken(
                "EVT-05", "Error(WORKER_RESET)", "End: " + HOSTILE, "> POST /\n< " + HOSTILE, List.of("it reads on"));
    }

    private static Finding finding(String rule, Verdict verdict, String reason, Optional<RuleBroken> story) {
        return new Finding(rule, "stream: is one", verdict, Duration.ofMillis(7), story, reason);
    }

    @Test
    void summary_countsEachVerdictThatThereIs() {
        assertEquals(
                "1 passed, 1 not testable, 1 fails as expected, 1 passes against expectation, 1 failed in 1.2 s",
                report.summary());
        assertFalse(report.isGood());
    }

    @Test
    void text_hasALineForEachTestAndTheStoriesBelow() {
        String text = ReportForm.TEXT.write(report);
        assertTrue(text.contains("✓ EVT-01 stream: is one\n"), text);
        assertTrue(text.contains("– EVT-05 stream: is one (not testable: a real engine does nothing wrong)\n"), text);
        assertTrue(text.contains("  likely:   it reads on\n"), text);
        assertTrue(text.contains("passes, and the baseline expects it to fail: take that line out."), text);
    }

    @Test
    void json_isOneObject() {
        String text = ReportForm.JSON.write(report);
        try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            assertEquals(JsonToken.START_OBJECT, json.nextToken());
            json.skipChildren();
            assertEquals(JsonToken.END_OBJECT, json.currentToken());
            assertEquals(null, json.nextToken());
        }
        assertTrue(text.contains("\"rule\":\"EVT-05\""), text);
        assertTrue(text.contains("\"verdict\":\"MENDED\""), text);
        assertTrue(text.contains("\"likely\":[\"it reads on\"]"), text);
    }

    @Test
    void junit_isXmlThatBuildServersRead() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element suite = factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(ReportForm.JUNIT.write(report).getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertEquals(
                "5 2 2",
                suite.getAttribute("tests") + " " + suite.getAttribute("failures") + " "
                        + suite.getAttribute("skipped"));
        NodeList tests = suite.getElementsByTagName("testcase");
        assertEquals(5, tests.getLength());
        assertEquals("EVT-01 stream: is one", ((Element) tests.item(0)).getAttribute("name"));
        assertTrue(
                suite.getElementsByTagName("failure").item(0).getTextContent().contains("it reads on"));
    }

    @Test
    void html_needsNothingElseAndShowsWhatWasSaidAsText() {
        String page = ReportForm.HTML.write(report);
        assertTrue(page.startsWith("<!doctype html>"), page);
        assertFalse(page.contains("<script"), page);
        assertFalse(page.matches("(?s).*(src|href)=.*"), "nothing is loaded from elsewhere");
        assertTrue(page.contains("&lt;/pre&gt;&lt;script&gt;"), page);
        assertTrue(page.contains("<details open>"), "what is broken is open");
        assertTrue(page.contains("mock &lt;1.0&gt;"), page);
    }

    @Test
    void files_areInTheFolderThatWasAskedFor(@TempDir Path folder) throws IOException {
        List<Path> files = ReportForm.writeAll(report, folder.resolve("a/b"));
        assertEquals(
                List.of("conformance.txt", "conformance.json", "TEST-conformance.xml", "conformance.html"),
                files.stream().map(file -> file.getFileName().toString()).toList());
        for (Path file : files) {
            assertNotNull(Files.readString(file));
        }
    }

    @Test
    void folder_thatCannotBeMade_isRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        String message = assertThrows(IllegalArgumentException.class, () -> ReportForm.writeAll(report, file))
                .getMessage();
        assertTrue(message.endsWith("choose a folder that you may write to"), message);
    }
}
