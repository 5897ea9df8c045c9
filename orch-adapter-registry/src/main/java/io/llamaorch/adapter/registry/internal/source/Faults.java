package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.internal.OneLine;
import java.util.ArrayList;
import java.util.List;

/**
 * All that is wrong with one description of replicas, for one message.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Faults {

    /** More than anybody reads; a file may have a hundred thousand. */
    private static final int MOST_SHOWN = 50;

    private final List<String> shown = new ArrayList<>();
    private int more;

    /**
     * Adds one.
     *
     * @param fault where, what and what to do; no secret
     */
    void add(String fault) {
        if (shown.size() < MOST_SHOWN) {
            shown.add(OneLine.of(fault));
        } else {
            more++;
        }
    }

    /**
     * Throws if there are any.
     *
     * @param source what was read
     * @throws IllegalArgumentException with all of them in its message
     */
    void throwIfAny(String source) {
        if (!shown.isEmpty()) {
            throw new IllegalArgumentException(source + " does not describe replicas properly: "
                    + String.join("; ", shown) + (more == 0 ? "" : "; and " + more + " more"));
        }
    }
}
