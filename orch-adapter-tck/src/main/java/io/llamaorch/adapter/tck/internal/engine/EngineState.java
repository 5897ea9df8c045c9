package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private static final long LOOK_EVERY_NANOS = 5_000_000;

    private final EngineOptions options;
    private final TextModel model;
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
    private final AtomicInteger permits = new AtomicInteger();
    private final AtomicInteger completions = new AtomicInteger();
    private final AtomicInteger wakeUps = new AtomicInteger();
    private volatile Optional<Fault> always = Optional.empty();
    private volatile Optional<Exchange> lastExchange = Optional.empty();
    private volatile SentText lastText = new SentText();
    private volatile boolean loading;
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile byte[] lastBody = {};

    /**
     * Creates the state of an engine that has served nothing yet.
     *
     * @param options how it is set up
     * @param loading whether its model is loading at first
     */
    public EngineState(EngineOptions options, boolean loading) {
        this.options = options;
        TextModel storyteller = new Storyteller();
        this.model = options.answer()
                .<TextModel>map(answer -> new Recital(storyteller.vocabulary(), answer))
                .orElse(storyteller);
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

    /** The fault of the completion that comes now: the one that strikes always, else the next one queued. */
    Optional<Fault> nextFault() {
        return always.or(() -> Optional.ofNullable(faults.poll()));
    }

    /** The fault that strikes every exchange now. */
    Optional<Fault> always() {
        return always;
    }

    /**
     * Has every exchange go wrong from now on, or none.
     *
     * @param fault what goes wrong, empty for nothing
     */
    public void always(Optional<Fault> fault) {
        always = fault;
    }

    /** Opens when the engine closes. */
    CountDownLatch closing() {
        return closing;
    }

    /** Ends what only the engine's own end ends: those in line get no slot, and nobody generates for the absent. */
    void shut() {
        slots.shut();
        closing.countDown();
        signal();
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

    /** Counts a completion that is over, if it was its client that ended it. */
    void countLeft(Client client) {
        if (client.left()) {
            left.incrementAndGet();
            signal();
        }
    }

    /** Begins a completion: what is asked about the last one is answered for this one. */
    void begin(Exchange exchange) {
        lastText = new SentText();
        lastExchange = Optional.of(exchange);
        completions.incrementAndGet();
        signal();
    }

    /** Where the text of the completion that has just begun is written down. */
    SentText lastText() {
        return lastText;
    }

    /** Waits until a token may be generated, or the client goes; tells whether a token may. */
    boolean awaitPermit(Client client) {
        if (!options.stepped()) {
            return true;
        }
        boolean[] granted = {false};
        try {
            boolean over = false;
            while (!over) {
                over = await(() -> client.isGone() || (granted[0] = take()), Duration.ofHours(1));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return granted[0];
    }

    private boolean take() {
        return permits.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    /**
     * Lets a stepped engine generate.
     *
     * @param count how many tokens more
     */
    public void release(int count) {
        permits.addAndGet(count);
        signal();
    }

    /**
     * All text that the last stream sent.
     *
     * @return the text so far
     */
    public String textSent() {
        return lastText.toString();
    }

    /**
     * The last completion's exchange.
     *
     * @return a text for people, empty before the first one
     */
    public String exchange() {
        return lastExchange.map(Exchange::text).orElse("");
    }

    /**
     * How many bytes came after the last completion's request.
     *
     * @return their number
     */
    public int strayInput() {
        return lastExchange.map(exchange -> exchange.connection().stray()).orElse(0);
    }

    /**
     * How many completions were asked for.
     *
     * @return a count since the start
     */
    public int completions() {
        return completions.get();
    }

    /**
     * How many slots were taken.
     *
     * @return a count since the start
     */
    public int slotsTaken() {
        return slots.taken();
    }

    /**
     * Whether the model is put away.
     *
     * @return whether it is
     */
    public boolean sleeping() {
        return sleeping.get();
    }

    /**
     * Says whether the model is put away.
     *
     * @param now whether it is
     */
    public void sleeping(boolean now) {
        sleeping.set(now);
    }

    /** Wakes the engine if it sleeps. */
    void wake() {
        if (sleeping.compareAndSet(true, false)) {
            wakeUps.incrementAndGet();
            signal();
        }
    }

    /**
     * How many times it was woken.
     *
     * @return a count since the start
     */
    public int wakeUps() {
        return wakeUps.get();
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
    void signal() {
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
                // Not everything that may be waited for tells of itself: a connection that closes does not.
                left -= LOOK_EVERY_NANOS - changed.awaitNanos(Math.min(left, LOOK_EVERY_NANOS));
            }
            return true;
        } finally {
            waiters.decrementAndGet();
            lock.unlock();
        }
    }
}
