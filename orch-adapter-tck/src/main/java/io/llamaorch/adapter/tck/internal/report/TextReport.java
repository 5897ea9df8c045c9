package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.internal.report.ConformanceReport.RuleResult;
import java.util.List;
import java.util.Map;

/** A report as text: a line for each test, and below them how each broken rule is broken. */
final class TextReport {

    private TextReport() {}

    static String of(ConformanceReport report) {
        StringBuilder text = new StringBuilder();
        facts(report.subject(), text);
        facts(report.surroundings(), text);
        text.append('\n');
        for (RuleResult rule : report.rules()) {
            rule.findings().forEach(finding -> text.append(finding.line()).append('\n'));
        }
        List<Finding> bad = report.findings().stream()
                .filter(finding -> finding.verdict().isBad() || finding.verdict() == Verdict.EXPECTED)
                .toList();
        bad.forEach(finding -> text.append('\n').append(finding.told()).append('\n'));
        return text.append('\n').append(report.summary()).append('\n').toString();
    }

    private static void facts(Map<String, String> facts, StringBuilder text) {
        facts.forEach((name, value) ->
                text.append(String.format("%-12s", name)).append(value).append('\n'));
    }
}
