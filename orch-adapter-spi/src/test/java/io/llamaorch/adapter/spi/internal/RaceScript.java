package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** What the engine says in a race: so many tokens and then an end, whenever the emitter wants more. */
final class RaceScript implements Runnable {

    private final EmitterCore core;
    private final int tokens;
    private final boolean fails;
    private final AtomicInteger turns = new AtomicInteger();
    private int made;
    private volatile boolean finished;

    /** The script of a stream that ends well, or by an error of the engine's. */
    RaceScript(EmitterCore core, int tokens, boolean fails) {
        this.core = core;
        this.tokens = tokens;
        this.fails = fails;
    }

    /** Says it all unless the stream ends before, when it is asked for or when this thread has waited for demand. */
    void play(boolean onDemand) {
        try {
            if (onDemand) {
                core.onDemand(this);
                run();
                while (!finished && !core.ended()) {
                    core.awaitDemand();
                    LockSupport.parkNanos(10_000);
                }
            } else {
                while (!finished && !core.ended()) {
                    run();
                    core.awaitDemand();
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Serial, as an emitter must be fed: the demand may come back before {@code false} does. */
    @Override
    public void run() {
        if (turns.getAndIncrement() == 0) {
            do {
                emit();
            } while (turns.decrementAndGet() > 0);
        }
    }

    private void emit() {
        boolean more = true;
        while (more && !finished) {
            if (made == 0) {
                more = core.started("model", StartDetails.NONE);
            } else if (made <= tokens) {
                more = core.token("t" + (made - 1));
            } else {
                if (fails) {
                    core.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
                } else {
                    core.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                }
                finished = true;
            }
            made++;
        }
    }
}
