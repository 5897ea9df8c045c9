package io.llamaorch.adapter.registry.internal.host;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be done once a lock is given back: others' code, timers, and the start of attempts.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Effects {

    private final List<Runnable> effects = new ArrayList<>(2);

    void add(Runnable effect) {
        effects.add(effect);
    }

    boolean isEmpty() {
        return effects.isEmpty();
    }

    /** Does all of them, whatever one throws. */
    void run() {
        run(0);
    }

    private void run(int from) {
        for (int i = from; i < effects.size(); i++) {
            boolean done = false;
            try {
                effects.get(i).run();
                done = true;
            } finally {
                if (!done) {
                    run(i + 1);
                }
            }
        }
    }
}
