package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.ReplicaMove;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.internal.Foreign;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a host's listeners, and its log, what becomes of replicas: one thing at a time, in order, and never on the thread
 * that made it happen unless the executor says so (OBS-05).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Announcements {

    private static final Logger LOG = LoggerFactory.getLogger("io.llamaorch.adapter.registry.replicas");

    private final List<HostListener> listeners;
    private final Executor executor;
    private final Queue<ReplicaMove> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unseen = new AtomicInteger();

    /**
     * Makes announcements to some.
     *
     * @param listeners who hears of it, each in turn
     * @param executor where they hear of it
     */
    public Announcements(List<HostListener> listeners, Executor executor) {
        this.listeners = List.copyOf(listeners);
        this.executor = executor;
    }

    Lifecycle.Moves of(ReplicaSpec spec) {
        return new Lifecycle.Moves() {
            @Override
            public void add(ReplicaState from, ReplicaState to, String cause) {
                waiting.add(new ReplicaMove(spec, from, to, cause));
            }

            @Override
            public void tell() {
                Announcements.this.tell();
            }
        };
    }

    private void tell() {
        if (!waiting.isEmpty() && unseen.getAndIncrement() == 0) {
            Handover.run(executor, this::drain);
        }
    }

    private void drain() {
        int seen = unseen.get();
        boolean over = false;
        try {
            while (seen != 0) {
                for (ReplicaMove move = waiting.poll(); move != null; move = waiting.poll()) {
                    tell(move);
                }
                seen = unseen.addAndGet(-seen);
            }
            over = true;
        } finally {
            if (!over) { // an error of the JVM's: whoever comes next goes on
                unseen.set(0);
                tell();
            }
        }
    }

    private void tell(ReplicaMove move) {
        guarded(move, "the log", () -> log(move));
        for (HostListener listener : listeners) {
            guarded(move, listener, () -> listener.onMove(move));
        }
    }

    private static void guarded(ReplicaMove move, Object who, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // it costs only what it missed itself
            Foreign.rethrowIfFatal(e);
            LOG.warn("{} threw at '{}': this is its fault", who, move, e);
        }
    }

    private static void log(ReplicaMove move) {
        ReplicaSpec spec = move.spec();
        LOG.atInfo()
                .addKeyValue("pool_id", spec.pool())
                .addKeyValue("replica_id", spec.replica())
                .addKeyValue("engine", spec.engine())
                .addKeyValue("from", move.from())
                .addKeyValue("to", move.to())
                .addKeyValue("human", "Replica " + spec.replica() + " is " + move.to() + ": " + move.cause() + ".")
                .log("move");
    }
}
