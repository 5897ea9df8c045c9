package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * What all requests of one engine share: its options, its model, its slots and what is counted.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EngineState {
    private final EngineOptions options;
    private final TextModel model = new Storyteller();
    private final SlotTable slots;
    private final EngineMetrics metrics = new EngineMetrics();
    private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger tasks = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiters = new AtomicInteger();
    private volatile boolean loading;
    private volatile byte[] lastBody = {};

    /**
     * Creates the state of an engine that has served nothing yet.
     *
     * @param options how it is set up
     * @param loading whether its model is loading at first
     */
    public EngineState(EngineOptions options, boolean loading) {
        this.options = options;
        this.loading = loading;
        this.slots = new SlotTable(options.slots(), this::signal);
    }

    EngineOptions options() {
        return options;
    }

    TextModel model() {
        return model;
    }

    SlotTable slots() {
        return slots;
    }

    EngineMetrics metrics() {
        return metrics;
    }

    int nextTask() {
        return tasks.getAndIncrement();
    }

    /**
     * Whether the model is still loading.
     *
     * @return whether it is
     */
    public boolean loading() {
        return loading;
    }

    /**
     * Says whether the model is still loading.
     *
     * @param now whether it is
     */
    public void loading(boolean now) {
        loading = now;
    }

    /**
     * Has the next completion request that has no fault yet go wrong.
     *
     * @param fault what goes wrong
     */
    public void enqueue(Fault fault) {
        faults.add(fault);
    }

    Optional<Fault> nextFault() {
        return Optional.ofNullable(faults.poll());
    }

    void lastBody(byte[] body) {
        lastBody = body;
    }

    /**
     * The body of the last completion request.
     *
     * @return its bytes as text, empty before the first one
     */
    public String lastBody() {
        return new String(lastBody, StandardCharsets.UTF_8);
    }

    void countRequest(String path) {
        requests.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
        signal();
    }

    void countToken() {
        tokens.incrementAndGet();
        signal();
    }

    void countLeft() {
        left.incrementAndGet();
        signal();
    }

    /**
     * How many requests came for a path, whatever the answer was.
     *
     * @param path the path without the query
     * @return a count since the start
     */
    public int requests(String path) {
        AtomicInteger count = requests.get(path);
        return count == null ? 0 : count.get();
    }

    /**
     * How many tokens were generated in all.
     *
     * @return a count since the start
     */
    public long tokens() {
        return tokens.get();
    }

    /**
     * How many completions ended because their client left.
     *
     * @return a count since the start
     */
    public int left() {
        return left.get();
    }

    /**
     * How many slots are busy now.
     *
     * @return their number
     */
    public int busy() {
        return slots.busy();
    }

    /**
     * How many completions wait for a slot now.
     *
     * @return their number
     */
    public int queued() {
        return slots.queued();
    }

    /** Wakes those who wait; without any, a token costs no lock that all requests share. */
    private void signal() {
        if (waiters.get() == 0) {
            return;
        }
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until {@code reached} holds, and tells whether it did within the time.
     *
     * @param reached what to wait for
     * @param atMost how long
     * @return whether it holds
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean await(BooleanSupplier reached, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        waiters.incrementAndGet();
        lock.lock();
        try {
            while (!reached.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            waiters.decrementAndGet();
            lock.unlock();
        }
    }
}
