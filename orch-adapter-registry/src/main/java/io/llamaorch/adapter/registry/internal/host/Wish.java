package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TaskRequest;

/** A task that wants a replica. */
interface Wish {

    /** The task. */
    TaskRequest request();

    /** What it needs. */
    Needs needs();

    /** How often it was tried. */
    default int attempts() {
        return 0;
    }

    /** Whether it was tried there. */
    default boolean hasTried(Seat seat) {
        return false;
    }

    /** A task that was never tried. */
    static Wish of(TaskRequest task) {
        Needs needs = Needs.of(task);
        return new Wish() {
            @Override
            public TaskRequest request() {
                return task;
            }

            @Override
            public Needs needs() {
                return needs;
            }
        };
    }
}
