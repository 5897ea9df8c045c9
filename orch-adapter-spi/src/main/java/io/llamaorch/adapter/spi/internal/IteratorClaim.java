package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.IoThread;
import io.llamaorch.adapter.spi.TokenEvent;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The blocking view: the consumer's own thread takes the events. */
final class IteratorClaim implements Iterator<TokenEvent>, Claim {

    private final EmitterCore core;
    private final Backlog backlog;
    private @Nullable TokenEvent next;
    private boolean finished;
    private volatile @Nullable Thread waiting;

    IteratorClaim(EmitterCore core) {
        this.core = core;
        this.backlog = core.backlog();
    }

    @Override
    public void signal() {
        Thread consumer = waiting;
        if (consumer != null) {
            LockSupport.unpark(consumer);
        }
    }

    @Override
    public void whenQuiet(Runnable quiet) {
        quiet.run();
    }

    @Override
    public boolean hasNext() {
        if (finished) {
            return false;
        }
        if (Thread.currentThread().isInterrupted()) {
            core.cancel(CancelCause.INTERRUPTED);
        }
        while (next == null || (backlog.dropped() && !(next instanceof TokenEvent.Terminal))) {
            next = look();
            if (next == null) {
                await();
            }
        }
        return true;
    }

    @Override
    public TokenEvent next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the terminal event was the last");
        }
        TokenEvent event = next;
        next = null;
        if (event == null) {
            throw new AssertionError("hasNext found an event");
        }
        finished = event instanceof TokenEvent.Terminal;
        return event;
    }

    private @Nullable TokenEvent look() {
        if (backlog.dropped()) {
            backlog.discard();
            return core.terminalIfNext();
        }
        TokenEvent event = backlog.take();
        return event != null ? event : core.terminalIfNext();
    }

    private void await() {
        if (Thread.currentThread() instanceof IoThread) {
            throw new IllegalStateException("this is an I/O thread, which would wait for itself: subscribe instead");
        }
        waiting = Thread.currentThread();
        try {
            next = look();
            while (next == null) {
                LockSupport.park(core);
                if (Thread.currentThread().isInterrupted()) {
                    core.cancel(CancelCause.INTERRUPTED);
                }
                next = look();
            }
        } finally {
            waiting = null;
        }
    }
}
