package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.internal.kit.RuleBook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run of the kit found.
 *
 * <p>Thread safety: immutable.
 *
 * @param subject what was tested: names and values, in order, such as the adapter's name and version
 * @param surroundings where: names and values, in order
 * @param findings what each test found, by rule
 * @param took how long it took altogether
 */
public record ConformanceReport(
        Map<String, String> subject, Map<String, String> surroundings, List<Finding> findings, Duration took) {

    /**
     * Copies its parts.
     *
     * @param subject what was tested
     * @param surroundings where
     * @param findings what each test found
     * @param took how long it took
     */
    public ConformanceReport {
        subject = Collections.unmodifiableMap(new LinkedHashMap<>(subject));
        surroundings = Collections.unmodifiableMap(new LinkedHashMap<>(surroundings));
        findings = List.copyOf(findings);
    }

    /**
     * Makes one of a run that has just ended here.
     *
     * @param subject what was tested
     * @param findings what each test found
     * @param took how long it took
     * @return the report
     */
    public static ConformanceReport of(Map<String, String> subject, List<Finding> findings, Duration took) {
        return new ConformanceReport(subject, Surroundings.now(), findings, took);
    }

    /** A rule and what its tests found. */
    record RuleResult(String rule, String asks, Verdict verdict, List<Finding> findings) {}

    /** The rules that were tested, in order. */
    List<RuleResult> rules() {
        Map<String, List<Finding>> byRule = new LinkedHashMap<>();
        findings.forEach(finding -> byRule.computeIfAbsent(finding.rule(), rule -> new ArrayList<>())
                .add(finding));
        return byRule.entrySet().stream()
                .map(entry -> new RuleResult(
                        entry.getKey(), RuleBook.asks(entry.getKey()), worst(entry.getValue()), entry.getValue()))
                .toList();
    }

    private static Verdict worst(List<Finding> findings) {
        return findings.stream()
                .map(Finding::verdict)
                .max(Comparator.naturalOrder())
                .orElse(Verdict.NOT_TESTABLE);
    }

    /** {@return how many tests have each verdict; none is left out} */
    public Map<Verdict, Integer> counts() {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            counts.put(verdict, 0);
        }
        findings.forEach(finding -> counts.merge(finding.verdict(), 1, Integer::sum));
        return counts;
    }

    /** How many tests have one of these verdicts. */
    int count(Verdict... verdicts) {
        List<Verdict> wanted = List.of(verdicts);
        return (int) findings.stream()
                .filter(finding -> wanted.contains(finding.verdict()))
                .count();
    }

    /** {@return whether nothing is broken that the baseline does not name, and nothing mended that it does} */
    public boolean isGood() {
        return findings.stream().noneMatch(finding -> finding.verdict().isBad());
    }

    /** {@return one line with what came of it} */
    public String summary() {
        StringBuilder line = new StringBuilder();
        counts().forEach((verdict, count) -> {
            if (count > 0 || verdict == Verdict.PASSED || verdict == Verdict.FAILED) {
                line.append(line.isEmpty() ? "" : ", ")
                        .append(count)
                        .append(' ')
                        .append(verdict.words());
            }
        });
        return line + " in " + seconds(took);
    }

    static String seconds(Duration time) {
        return String.format(java.util.Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
