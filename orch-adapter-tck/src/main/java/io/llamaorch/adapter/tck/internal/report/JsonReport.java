package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.RuleBroken;
import io.llamaorch.adapter.tck.internal.report.ConformanceReport.RuleResult;
import java.io.StringWriter;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A report as one JSON object; {@code docs/conformance-kit.md} describes it. */
final class JsonReport {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonReport() {}

    static String of(ConformanceReport report) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            facts(json, "subject", report.subject());
            facts(json, "surroundings", report.surroundings());
            json.writeBooleanProperty("good", report.isGood());
            json.writeNumberProperty("took_ms", report.took().toMillis());
            json.writeName("counts").writeStartObject();
            report.counts().forEach((verdict, count) -> json.writeNumberProperty(verdict.name(), count));
            json.writeEndObject();
            json.writeName("rules").writeStartArray();
            report.rules().forEach(rule -> rule(json, rule));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text + "\n";
    }

    private static void facts(JsonGenerator json, String name, Map<String, String> facts) {
        json.writeName(name).writeStartObject();
        facts.forEach((fact, value) -> json.writeStringProperty(fact.replace(' ', '_'), value));
        json.writeEndObject();
    }

    private static void rule(JsonGenerator json, RuleResult rule) {
        json.writeStartObject();
        json.writeStringProperty("rule", rule.rule());
        json.writeStringProperty("asks", rule.asks());
        json.writeStringProperty("verdict", rule.verdict().name());
        json.writeName("tests").writeStartArray();
        rule.findings().forEach(finding -> test(json, finding));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void test(JsonGenerator json, Finding finding) {
        json.writeStartObject();
        json.writeStringProperty("test", finding.test());
        json.writeStringProperty("verdict", finding.verdict().name());
        json.writeNumberProperty("took_ms", finding.took().toMillis());
        if (!finding.reason().isEmpty()) {
            json.writeStringProperty("reason", finding.reason());
        }
        finding.story().ifPresent(story -> story(json, story));
        json.writeEndObject();
    }

    private static void story(JsonGenerator json, RuleBroken story) {
        json.writeStringProperty("expected", story.expectation());
        json.writeStringProperty("observed", story.observation());
        json.writeName("likely").writeStartArray();
        story.causes().forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("exchange", story.exchange());
    }
}
