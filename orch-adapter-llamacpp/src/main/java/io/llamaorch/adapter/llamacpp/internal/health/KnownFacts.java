package io.llamaorch.adapter.llamacpp.internal.health;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.ModelList;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the engine in its present epoch: read once, at the first need, and again after the engine was
 * refused or cut off (EVT-07). However many ask at once, the engine is asked once.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class KnownFacts {

    /** After a failure, streams do not wait for facts again before this has passed. */
    private static final Duration DISCOURAGED = Duration.ofSeconds(10);

    private final EngineQueries queries;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable EngineFacts facts;
    private volatile Runnable whenForgotten = () -> {};
    private volatile @Nullable ModelList models;

    // Guarded by lock.
    private List<EngineQueries.Reply<EngineFacts>> waiting = new ArrayList<>();
    private boolean asking;
    private boolean failed;
    private long failedAt;

    /**
     * Makes a holder that knows nothing yet.
     *
     * @param queries asks the engine
     * @param time the clock
     */
    public KnownFacts(EngineQueries queries, TimeSource time) {
        this.queries = queries;
        this.time = time;
    }

    /** {@return what is known now} */
    public Optional<EngineFacts> now() {
        return Optional.ofNullable(facts);
    }

    /** {@return how many slots the engine has; 0 if that is not known} */
    public int slots() {
        return now().map(known -> known.properties().slots().orElse(0)).orElse(0);
    }

    /** {@return what is known now of its models} */
    public Optional<ModelList> models() {
        return Optional.ofNullable(models);
    }

    /** {@return whether asking may help: false for a while after it did not} */
    public boolean worthAsking() {
        lock.lock();
        try {
            return !failed || time.nanoTime() - failedAt > DISCOURAGED.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers at once if the facts are known; else asks the engine, or joins those who have asked already.
     *
     * @param reply hears the answer
     */
    public void ask(EngineQueries.Reply<EngineFacts> reply) {
        EngineFacts known;
        lock.lock();
        try {
            known = facts; // under the lock: whoever came too late to wait sees what the others waited for
            if (known == null) {
                waiting.add(reply);
                if (asking) {
                    return;
                }
                asking = true;
            }
        } finally {
            lock.unlock();
        }
        if (known != null) {
            reply.answer(known);
            return;
        }
        queries.facts(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts value) {
                learn(value);
                settle(true).forEach(waiter -> waiter.answer(value));
            }

            @Override
            public void failure(WorkerError error) {
                settle(false).forEach(waiter -> waiter.failure(error));
            }
        });
    }

    /**
     * Takes note of facts that came another way.
     *
     * @param value the facts
     */
    public void learn(EngineFacts value) {
        facts = value;
    }

    /**
     * Takes note of the engine's models.
     *
     * @param value what they are
     */
    public void learn(ModelList value) {
        models = value;
    }

    /**
     * Sets what else is to be forgotten with the facts.
     *
     * @param action called on any thread, perhaps without need; must be quick
     */
    public void whenForgotten(Runnable action) {
        whenForgotten = action;
    }

    /** The engine may be another one from now on. */
    public void forget() {
        facts = null;
        models = null;
        whenForgotten.run();
    }

    private List<EngineQueries.Reply<EngineFacts>> settle(boolean answered) {
        lock.lock();
        try {
            List<EngineQueries.Reply<EngineFacts>> all = waiting;
            waiting = new ArrayList<>();
            asking = false;
            failed = !answered;
            failedAt = time.nanoTime();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
