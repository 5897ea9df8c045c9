package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;
import java.util.Map;

/**
 * One place for a running request, with what its last text left in the cache.
 *
 * <p>Thread safety: safe for concurrent use; what it shows to others is replaced whole.
 */
final class Slot {
    private final int id;
    private volatile List<Integer> cache = List.of();
    private volatile View view = View.UNUSED;

    /** What /slots tells of a slot that was used. */
    record View(
            int task,
            List<Integer> prompt,
            int evaluated,
            int cached,
            Map<String, Object> params,
            boolean more,
            boolean newline,
            long remain,
            int decoded) {
        static final View UNUSED = new View(-1, List.of(), 0, 0, Map.of(), false, false, -1, 0);

        int promptTokens() {
            return prompt.size();
        }

        boolean used() {
            return task >= 0;
        }

        View with(int generated, boolean moreToCome, boolean newlineSeen, long remaining) {
            return new View(task, prompt, evaluated, cached, params, moreToCome, newlineSeen, remaining, generated);
        }
    }

    Slot(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }

    List<Integer> cache() {
        return cache;
    }

    void cache(List<Integer> tokens) {
        cache = List.copyOf(tokens);
    }

    View view() {
        return view;
    }

    void view(View now) {
        view = now;
    }

    /** How many tokens at the beginning of {@code prompt} the cache holds. */
    int prefix(List<Integer> prompt) {
        List<Integer> held = cache;
        int most = Math.min(held.size(), prompt.size());
        int n = 0;
        while (n < most && held.get(n).equals(prompt.get(n))) {
            n++;
        }
        return n;
    }
}
