package io.llamaorch.adapter.tck.internal.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses which name somebody meant who mistyped it. */
final class NearestName {

    private static final int MOST_EDITS = 2;

    private NearestName() {}

    /**
     * Looks for the nearest name, whatever letters are capitals.
     *
     * @param name what was given
     * @param known what exists
     * @return the nearest; empty if none is near
     */
    static Optional<String> of(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> distance(name, candidate) <= Math.min(MOST_EDITS, name.length() - 1))
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many letters must be put in, taken out or changed; more than can matter for names of unlike length. */
    private static int distance(String one, String other) {
        String from = one.toLowerCase(Locale.ROOT);
        String to = other.toLowerCase(Locale.ROOT);
        if (Math.abs(from.length() - to.length()) > MOST_EDITS) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
