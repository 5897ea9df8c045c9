package io.llamaorch.adapter.registry.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses what somebody meant who mistyped a name. */
public final class NearMiss {

    private static final int MOST_EDITS = 2;

    private NearMiss() {}

    /**
     * Makes the end of a message.
     *
     * @param name what was given
     * @param known what exists
     * @return a question with the nearest name; empty if none is near
     */
    public static String hint(String name, Collection<String> known) {
        return known.stream()
                .filter(candidate -> isNear(name, candidate))
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .map(candidate -> "; did you mean '" + candidate + "'?")
                .orElse("");
    }

    private static boolean isNear(String name, String candidate) {
        int longer = Math.max(name.length(), candidate.length());
        int shorter = Math.min(name.length(), candidate.length());
        if (longer - shorter <= MOST_EDITS && distance(name, candidate) <= Math.min(MOST_EDITS, longer - 1)) {
            return true;
        }
        String plain = plain(name);
        return !plain.isEmpty() && plain.equals(plain(candidate));
    }

    /** The name without what people leave out or vary. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }

    /** How many letters must be put in, taken out or changed to make one into the other. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
