package io.llamaorch.adapter.llamacpp.internal.slots;

import java.time.Duration;

/**
 * How long a session lasts.
 *
 * <p>Thread safety: immutable.
 *
 * @param idle how long it is remembered after its last turn
 * @param turns how many turns it has; 0 for as many as there are
 */
public record SessionLimits(Duration idle, int turns) {

    boolean isOver(Duration since) {
        return since.compareTo(idle) > 0;
    }

    boolean isSpent(int count) {
        return turns > 0 && count >= turns;
    }
}
