package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * Lets those go that wait for what does not come (DSP-09): at once if no replica is left that could ever serve them, and
 * after a while if none is ready.
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class Stranded {

    private final TaskQueue queue;
    private final Refusals refusals;
    private final long patience;

    Stranded(TaskQueue queue, Refusals refusals, Duration patience) {
        this.queue = queue;
        this.refusals = refusals;
        this.patience = patience.toNanos();
    }

    /**
     * Looks at all who wait; due when a replica came, went, became ready or ceased to be.
     *
     * @param now the time on the host's clock
     * @param effects gets the ends of those that are let go
     * @return how long until it is due again; empty if nobody is stranded
     */
    Optional<Duration> look(long now, Effects effects) {
        long shortest = Long.MAX_VALUE;
        for (Iterator<TaskRun> waiting = queue.iterator(); waiting.hasNext(); ) {
            TaskRun run = waiting.next();
            Optional<WorkerError> refusal = refusals.of(run);
            if (refusal.isEmpty()) {
                run.strandedFor(now, false);
                continue;
            }
            long left = patience - run.strandedFor(now, true);
            if (left <= 0 || refusals.isForGood(refusal.get())) {
                waiting.remove();
                effects.add(() -> run.cannotBeServed(refusal.get()));
            } else {
                shortest = Math.min(shortest, left);
            }
        }
        return shortest == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(shortest));
    }
}
