package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.RuleBroken;
import io.llamaorch.adapter.tck.internal.report.ConformanceReport.RuleResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A report as one page that needs nothing else: no script, no font, no image from elsewhere. Rules stand in their groups;
 * what is broken is open, with its story.
 */
final class HtmlReport {

    private static final String STYLE = "/io/llamaorch/adapter/tck/internal/report/conformance.css";

    private final ConformanceReport report;
    private final StringBuilder page = new StringBuilder();

    private HtmlReport(ConformanceReport report) {
        this.report = report;
    }

    static String of(ConformanceReport report) {
        return new HtmlReport(report).write();
    }

    private String write() {
        String title = "Conformance of " + report.subject().getOrDefault("adapter", "an adapter");
        add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        add("<title>" + escaped(title) + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n");
        add("<header>\n<h1>" + escaped(title) + "</h1>\n");
        add("<p class=\"verdict " + (report.isGood() ? "good" : "bad") + "\">" + escaped(verdict()) + "</p>\n");
        bar();
        add("</header>\n<main>\n");
        groups().forEach(this::group);
        add("</main>\n<footer>\n");
        facts("What was tested", report.subject());
        facts("Where", report.surroundings());
        add("</footer>\n</body>\n</html>\n");
        return page.toString();
    }

    private String verdict() {
        return (report.isGood() ? "It holds what was tested" : "It breaks rules") + ": " + report.summary() + ".";
    }

    /** How much of it went how, as widths. */
    private void bar() {
        add("<div class=\"bar\" role=\"img\" aria-label=\"" + escaped(report.summary()) + "\">");
        report.counts().forEach((verdict, count) -> {
            if (count > 0) {
                add("<span class=\"" + kind(verdict) + "\" style=\"flex-grow:" + count + "\">" + count + "</span>");
            }
        });
        add("</div>\n<ul class=\"legend\">");
        report.counts().forEach((verdict, count) -> {
            if (count > 0) {
                add("<li><span class=\"dot " + kind(verdict) + "\"></span>" + count + " " + verdict.words() + "</li>");
            }
        });
        add("</ul>\n");
    }

    private Map<String, List<RuleResult>> groups() {
        return report.rules().stream()
                .collect(Collectors.groupingBy(
                        rule -> rule.rule().replaceFirst("-.*", ""), LinkedHashMap::new, Collectors.toList()));
    }

    private void group(String name, List<RuleResult> rules) {
        add("<section>\n<h2>" + escaped(name) + "</h2>\n");
        rules.forEach(this::rule);
        add("</section>\n");
    }

    private void rule(RuleResult rule) {
        add("<article class=\"rule\">\n<h3><span class=\"badge " + kind(rule.verdict()) + "\">"
                + rule.verdict().sign() + "</span> " + escaped(rule.rule()) + "</h3>\n");
        add("<p class=\"asks\">" + text(rule.asks()) + "</p>\n<ul class=\"tests\">\n");
        rule.findings().forEach(this::finding);
        add("</ul>\n</article>\n");
    }

    private void finding(Finding finding) {
        String head = "<span class=\"name\">" + escaped(finding.test()) + "</span> <span class=\"words "
                + kind(finding.verdict()) + "\">" + finding.verdict().words() + "</span>";
        if (finding.story().isEmpty()) {
            add("<li>" + head + (finding.reason().isEmpty() ? "" : "<p class=\"reason\">" + escaped(finding.reason()))
                    + "</li>\n");
            return;
        }
        add("<li><details" + (finding.verdict().isBad() ? " open" : "") + "><summary>" + head + "</summary>\n");
        story(finding.story().get());
        add("</details></li>\n");
    }

    private void story(RuleBroken story) {
        add("<dl>\n<dt>Expected</dt><dd>" + escaped(story.expectation()) + "</dd>\n");
        add("<dt>Observed</dt><dd>" + escaped(story.observation()) + "</dd>\n");
        if (!story.causes().isEmpty()) {
            add("<dt>Likely</dt><dd><ol>"
                    + story.causes().stream()
                            .map(cause -> "<li>" + escaped(cause) + "</li>")
                            .collect(Collectors.joining())
                    + "</ol></dd>\n");
        }
        add("</dl>\n");
        if (!story.exchange().isBlank()) {
            add("<p class=\"caption\">The exchange with the engine</p>\n<pre>"
                    + escaped(story.exchange().strip()) + "</pre>\n");
        }
    }

    private void facts(String title, Map<String, String> facts) {
        add("<section class=\"facts\">\n<h2>" + title + "</h2>\n<dl>\n");
        facts.forEach((name, value) -> add("<dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd>\n"));
        add("</dl>\n</section>\n");
    }

    private static String kind(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void add(String html) {
        page.append(html);
    }

    /** A rule's words, with what stands between backquotes set as code. */
    private static String text(String markdown) {
        return escaped(markdown).replaceAll("`([^`]*)`", "<code>$1</code>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String style() {
        try (InputStream style = Objects.requireNonNull(HtmlReport.class.getResourceAsStream(STYLE), STYLE)) {
            return new String(style.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the style of the page cannot be read", e);
        }
    }
}
