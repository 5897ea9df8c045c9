package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.OptionalInt;

/**
 * What the adapter adds to a task: where it runs, and how it is known again there.
 *
 * <p>Thread safety: immutable.
 *
 * @param mark by what the job is known again among the slots; empty for no mark, which must be so if the task has an
 *     extra of one of its names
 * @param slot the slot that it must have; empty for any
 * @param fresh whether the engine must not reuse what it holds, unless the task itself says so
 */
public record Placement(OptionalInt mark, OptionalInt slot, boolean fresh) {

    /** Any slot, and no mark. */
    public static final Placement ANY = new Placement(OptionalInt.empty(), OptionalInt.empty(), false);

    /**
     * Gives what a task itself wants.
     *
     * @param task the task
     * @param mark its mark
     * @return the slot of its pin, if it has one
     */
    public static Placement of(TaskRequest task, OptionalInt mark) {
        return new Placement(mark, task.pin().map(Pin::slot).orElse(OptionalInt.empty()), false);
    }
}
