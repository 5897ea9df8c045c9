package io.llamaorch.adapter.tck.internal.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The failures that an adapter is known to have (TCK-06): a file with a line for each, either a rule's id or an id and the
 * test's name as reports give it; behind a {@code #} is a remark. What passes all the same fails the run, so that no line
 * outlives its reason.
 */
public final class Baseline {

    private static final Pattern LINE = Pattern.compile("[A-Z]{2,3}-\\d\\d( .+)?");

    private final Set<String> expected;

    private Baseline(Set<String> expected) {
        this.expected = expected;
    }

    /** {@return one that expects no failure} */
    public static Baseline none() {
        return new Baseline(Set.of());
    }

    /**
     * Reads a file.
     *
     * @param file the file, in UTF-8
     * @return the baseline
     * @throws IllegalArgumentException if it cannot be read, or a line is none
     */
    public static Baseline read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("baseline " + file + " is not UTF-8: convert it first", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "baseline " + file + " cannot be read (" + e.getClass().getSimpleName() + "): check the path", e);
        }
        Set<String> expected = new LinkedHashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (line.isEmpty()) {
                continue;
            }
            if (!LINE.matcher(line).matches()) {
                throw new IllegalArgumentException("baseline " + file + ", line " + (i + 1) + ": '" + line
                        + "' is neither a rule's id, such as EVT-05, nor an id and a test's name as reports give it");
            }
            expected.add(line);
        }
        return new Baseline(expected);
    }

    /**
     * Compares.
     *
     * @param findings what was found
     * @return the same, with the verdicts that they have beside what was expected
     */
    public List<Finding> applyTo(List<Finding> findings) {
        Set<String> failing = new LinkedHashSet<>();
        findings.stream()
                .filter(finding -> finding.verdict() == Verdict.FAILED)
                .forEach(finding -> failing.addAll(List.of(finding.rule(), finding.name())));
        List<Finding> compared = new ArrayList<>();
        for (Finding finding : findings) {
            compared.add(
                    switch (finding.verdict()) {
                        case FAILED -> isExpected(finding) ? finding.as(Verdict.EXPECTED) : finding;
                        case PASSED, REFUSED -> isMended(finding, failing) ? finding.as(Verdict.MENDED) : finding;
                        default -> finding;
                    });
        }
        return compared;
    }

    private boolean isExpected(Finding finding) {
        return expected.contains(finding.rule()) || expected.contains(finding.name());
    }

    /** A whole rule is mended only if none of its tests fails. */
    private boolean isMended(Finding finding, Set<String> failing) {
        return expected.contains(finding.name())
                || (expected.contains(finding.rule()) && !failing.contains(finding.rule()));
    }

    /**
     * Names what it expects of tests that there are not.
     *
     * @param findings what was found, of all tests
     * @return those lines, in the order of the file
     */
    public List<String> unknown(List<Finding> findings) {
        return expected.stream()
                .filter(line -> findings.stream()
                        .noneMatch(finding -> line.equals(finding.rule()) || line.equals(finding.name())))
                .toList();
    }
}
