package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.internal.Foreign;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who is told things, one at a time and in order, on the executor; what it does costs only what it is told next.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Audience {

    /** So much may wait before what can be left out is left out. */
    static final int PATIENCE = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Audience.class);

    private final Object who;
    private final Executor executor;
    private final Queue<News> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicInteger unseen = new AtomicInteger();
    private final AtomicInteger leftOut = new AtomicInteger();

    /** Something to be told. */
    private record News(Object what, Runnable call) {}

    Audience(Object who, Executor executor) {
        this.who = who;
        this.executor = executor;
    }

    /** Takes something down that must be told; calls nobody. */
    void add(Object what, Runnable call) {
        size.incrementAndGet();
        waiting.add(new News(what, call));
    }

    /** Takes something down that is left out if very much waits; calls nobody. */
    void addUnlessMuchWaits(Object what, Runnable call) {
        if (size.get() < PATIENCE) {
            add(what, call);
        } else {
            leftOut.incrementAndGet();
        }
    }

    /** Tells what was taken down. */
    void tell() {
        if (!waiting.isEmpty() && unseen.getAndIncrement() == 0) {
            Handover.run(executor, this::drain);
        }
    }

    private void drain() {
        int seen = unseen.get();
        boolean over = false;
        try {
            while (seen != 0) {
                for (News news = waiting.poll(); news != null; news = waiting.poll()) {
                    size.decrementAndGet();
                    tell(news);
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

    private void tell(News news) {
        int missed = leftOut.getAndSet(0);
        if (missed > 0) {
            LOG.warn("{} is too slow for what happens: {} reports of tasks were left out", who, missed);
        }
        try {
            news.call.run();
        } catch (Throwable e) { // it costs only what it missed itself
            Foreign.rethrowIfFatal(e);
            LOG.warn("{} threw at '{}': this is its fault", who, news.what, e);
        }
    }
}
