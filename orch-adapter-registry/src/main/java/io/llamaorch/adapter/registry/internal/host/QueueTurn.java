package io.llamaorch.adapter.registry.internal.host;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is told of a waiting task apart from its start: a stream is fed by one at a time, and nobody waits for that.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class QueueTurn {

    /** Null while it is quiet. */
    private final AtomicReference<@Nullable Telling> now = new AtomicReference<>();

    /** Something is being told; what starts then is empty, or what starts after it. */
    private record Telling(@Nullable Runnable then) {}

    /** Tells something, unless something is being told. */
    void tell(Runnable words) {
        Telling telling = new Telling(null);
        if (!now.compareAndSet(null, telling)) {
            return;
        }
        try {
            words.run();
        } finally {
            if (!now.compareAndSet(telling, null)) {
                Telling last = now.getAndSet(null);
                if (last != null && last.then != null) {
                    last.then.run();
                }
            }
        }
    }

    /** Starts something as soon as nothing is being told: here and now, or on the thread that tells. */
    void start(Runnable start) {
        Telling telling = now.get();
        if (telling == null || !now.compareAndSet(telling, new Telling(start))) {
            start.run();
        }
    }
}
