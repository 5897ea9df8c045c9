package io.llamaorch.adapter.spi.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Guesses which option somebody meant who mistyped its name. */
public final class NearestName {

    private static final int MOST_EDITS = 2;

    private NearestName() {}

    /**
     * Makes a question of the nearest name.
     *
     * @param name what was given
     * @param known what exists
     * @return the question, for behind the name; empty if none is near
     */
    public static String hint(String name, Collection<String> known) {
        String plain = plain(name);
        return known.stream()
                .filter(candidate -> distance(plain, plain(candidate)) <= Math.min(MOST_EDITS, plain.length() - 1))
                .min(Comparator.<String>comparingInt(candidate -> distance(plain, plain(candidate)))
                        .thenComparing(Comparator.naturalOrder()))
                .map(candidate -> " (did you mean '" + candidate + "'?)")
                .orElse("");
    }

    /** The name without what people vary: {@code idleTimeout} and {@code IDLE_TIMEOUT} are {@code idletimeout}. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** How many letters must be put in, taken out or changed; more than can matter for names of unlike length. */
    private static int distance(String from, String to) {
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
