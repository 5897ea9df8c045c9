package io.llamaorch.adapter.tck.internal.determinism;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two answers that should be equal and are not.
 *
 * @param what what was asked for, such as {@code seed 7}
 * @param first the one that came first
 * @param other the other
 */
public record Difference(String what, Answer first, Answer other) {

    /** {@return the index of the first piece that differs} */
    public int piece() {
        int at = 0;
        while (at < first.pieces().size()
                && at < other.pieces().size()
                && first.pieces().get(at).equals(other.pieces().get(at))) {
            at++;
        }
        return at;
    }

    /** {@return what differs between the fingerprints; empty if they are equal, or not told} */
    public List<String> changed() {
        return changed(first, other);
    }

    /**
     * Compares what two answers depend on.
     *
     * @param first one of them
     * @param other the other
     * @return each entry that differs, with both values
     */
    static List<String> changed(Answer first, Answer other) {
        Map<String, String> before = entries(first);
        Map<String, String> after = entries(other);
        Set<String> names = new LinkedHashSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream()
                .filter(name -> !before.getOrDefault(name, "").equals(after.getOrDefault(name, "")))
                .map(name -> name + ": " + before.getOrDefault(name, "not told") + " and "
                        + after.getOrDefault(name, "not told"))
                .toList();
    }

    private static Map<String, String> entries(Answer answer) {
        return answer.fingerprint().map(print -> print.entries()).orElse(Map.of());
    }

    /** {@return how they differ, and why as far as that is told, in one line} */
    public String told() {
        int at = piece();
        String why = changed().isEmpty()
                ? first.fingerprint().isPresent() && other.fingerprint().isPresent()
                        ? "their fingerprints are equal"
                        : "the adapter tells no fingerprint to compare"
                : "what differs is " + String.join("; ", changed());
        return what + ": " + first + " and " + other + " differ at piece " + at + ", " + piece(first, at) + " and "
                + piece(other, at) + "; " + why;
    }

    private static String piece(Answer answer, int at) {
        return at < answer.pieces().size() ? "'" + answer.pieces().get(at) + "'" : "the end";
    }
}
