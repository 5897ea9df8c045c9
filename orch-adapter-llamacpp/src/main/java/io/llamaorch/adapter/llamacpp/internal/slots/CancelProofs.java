package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.llamacpp.internal.codec.SlotState;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The proofs that cancelled jobs have left their slots (CAN-07), for all jobs of one adapter.
 *
 * <p>A look asks {@code /props} whether the engine sleeps, and if it does not, {@code /slots}. It serves every proof that
 * waits when it begins. Looks are rare, for the engine does not notice that a client has gone while it is asked for its
 * slots more than once a second (contract 9).
 *
 * <p>Thread safety: safe for concurrent use. Nothing blocks; receipts are told on the I/O thread, on a thread of the time
 * source, or on the one that closes.
 */
public final class CancelProofs implements AutoCloseable {

    /** From the close of a connection on which tokens flowed to the first look: the engine notices within 0.1 s. */
    static final Duration FIRST_LOOK_STREAMING = Duration.ofMillis(150);

    /** The same for any other: the engine looks after such a client once a second. */
    static final Duration FIRST_LOOK = Duration.ofMillis(1100);

    /** From the end of a look to the beginning of the next. */
    static final Duration PAUSE = Duration.ofMillis(1300);

    /** The longest that a look takes, so that a proof that waits for one to end has time for one of its own. */
    static final Duration LOOK_LIMIT = Duration.ofSeconds(4);

    /** When a proof is given up: in time for its receipt to be told within 10 s of the cancel. */
    static final Duration GIVEN_UP_AFTER = Duration.ofMillis(9500);

    private final EngineQueries queries;
    private final KnownFacts facts;
    private final TimeSource time;
    private final MarkSource marks;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock. A proof stands beside the earliest time for a look that serves it.
    private final Map<Proof, Long> waiting = new LinkedHashMap<>();
    private TimeSource.@Nullable Scheduled timer;
    private boolean looking;
    private boolean looked;
    private long lastLookEnded;
    private boolean closed;

    /**
     * Makes the proofs of one adapter; asks nothing before there is something to prove.
     *
     * @param queries asks the engine
     * @param facts what is known of it, and learns what is told on the way
     * @param time the clock
     */
    public CancelProofs(EngineQueries queries, KnownFacts facts, TimeSource time) {
        this.queries = queries;
        this.facts = facts;
        this.time = time;
        marks = new MarkSource(facts);
    }

    /**
     * Gives a job its mark.
     *
     * @param task the job
     * @return a mark that no other job of this adapter has, or none, with the reason
     */
    public Mark mark(TaskRequest task) {
        return marks.next(task);
    }

    /**
     * Begins to prove that a job has left its slot. Its connection must be closed already.
     *
     * @param mark the job's mark
     * @param phase how far it had come
     * @param cancelled when it was cancelled, on the clock
     * @return completes within 10 s of that; never fails
     */
    public CompletionStage<CancelReceipt> prove(Mark mark, JobPhase phase, long cancelled) {
        if (phase == JobPhase.UNSENT) {
            return settled(CancelReceipt.slotFree(Duration.ofNanos(time.nanoTime() - cancelled)));
        }
        if (mark.value().isEmpty()) {
            return settled(CancelReceipt.unconfirmed(mark.whyNone()));
        }
        Proof proof = new Proof(mark.value().getAsInt(), phase.hadSlot(), cancelled);
        Duration wait = phase == JobPhase.STREAMING ? FIRST_LOOK_STREAMING : FIRST_LOOK;
        lock.lock();
        try {
            if (closed) {
                return settled(CancelReceipt.unconfirmed(Reasons.CLOSED));
            }
            waiting.put(proof, time.nanoTime() + wait.toNanos());
            arm();
        } finally {
            lock.unlock();
        }
        return proof.receipt();
    }

    /** {@return whether nothing is to be proved: no cancelled job may still be at the server, as far as can be told} */
    public boolean isIdle() {
        lock.lock();
        try {
            return waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Settles every proof that waits, and begins none any more. Idempotent; never blocks. */
    @Override
    public void close() {
        List<Proof> open;
        lock.lock();
        try {
            closed = true;
            open = List.copyOf(waiting.keySet());
            waiting.clear();
            arm();
        } finally {
            lock.unlock();
        }
        open.forEach(proof -> proof.settle(CancelReceipt.unconfirmed(Reasons.CLOSED)));
    }

    private static CompletionStage<CancelReceipt> settled(CancelReceipt receipt) {
        return CompletableFuture.completedStage(receipt);
    }

    /** Sets the timer for what is due next, if anything is. Needs the lock; the clock calls nobody back within it. */
    private void arm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (waiting.isEmpty()) {
            return;
        }
        long now = time.nanoTime();
        long wait = Long.MAX_VALUE;
        for (Map.Entry<Proof, Long> entry : waiting.entrySet()) {
            wait = Math.min(wait, end(entry.getKey()) - now);
            if (!looking) {
                wait = Math.min(wait, Math.max(entry.getValue() - now, untilNextLook(now)));
            }
        }
        timer = time.schedule(Duration.ofNanos(wait), new Turn());
    }

    private static long end(Proof proof) {
        return proof.cancelled() + GIVEN_UP_AFTER.toNanos();
    }

    private long untilNextLook(long now) {
        return looked ? lastLookEnded + PAUSE.toNanos() - now : 0;
    }

    private final class Turn implements Runnable {
        @Override
        public void run() {
            turn();
        }

        @Override
        public String toString() {
            return "next look of the proofs of cancel";
        }
    }

    /** Does what is due; harmless at any other time. */
    private void turn() {
        List<Proof> late = new ArrayList<>();
        List<Proof> served = List.of();
        Duration limit = LOOK_LIMIT;
        lock.lock();
        try {
            long now = time.nanoTime();
            waiting.keySet().removeIf(proof -> end(proof) - now <= 0 && late.add(proof));
            boolean due = waiting.values().stream().anyMatch(from -> from - now <= 0);
            if (due && !looking && untilNextLook(now) <= 0) {
                looking = true;
                served = List.copyOf(waiting.keySet());
                long last = served.stream()
                        .mapToLong(proof -> end(proof) - now)
                        .max()
                        .orElse(0);
                limit = Duration.ofNanos(Math.min(last, LOOK_LIMIT.toNanos()));
            }
            arm();
        } finally {
            lock.unlock();
        }
        late.forEach(proof -> proof.settle(proof.unproved()));
        if (!served.isEmpty()) {
            try {
                look(served, limit);
            } catch (RuntimeException | Error e) {
                end(served, "the look at the slots failed: " + e, false); // or no look would ever follow this one
                throw e;
            }
        }
    }

    private void look(List<Proof> served, Duration limit) {
        long begun = time.nanoTime();
        queries.facts(limit, reply(served, known -> {
            facts.learn(known);
            Duration left = limit.minusNanos(time.nanoTime() - begun);
            if (!known.slots().shown()) {
                end(served, Reasons.NOT_SHOWN, true);
            } else if (known.slots().sleeping()) {
                end(served, Reasons.ASLEEP, true);
            } else if (left.isNegative() || left.isZero()) {
                end(served, Reasons.NOT_LOOKED, false);
            } else {
                queries.slots(left, reply(served, slots -> judge(served, slots)));
            }
        }));
    }

    private void judge(List<Proof> served, List<SlotState> slots) {
        end(served, (proof, now) -> proof.judge(slots, now));
    }

    private void end(List<Proof> served, String why, boolean isFinal) {
        end(served, (proof, now) -> {
            proof.unseen(why);
            return isFinal ? proof.unproved() : null;
        });
    }

    /** A look is over: settles what it settles, and goes on with the rest. */
    private void end(List<Proof> served, BiFunction<Proof, Long, @Nullable CancelReceipt> verdict) {
        Map<Proof, CancelReceipt> settled = new LinkedHashMap<>();
        lock.lock();
        try {
            long now = time.nanoTime();
            looking = false;
            looked = true;
            lastLookEnded = now;
            for (Proof proof : served) {
                CancelReceipt receipt = waiting.containsKey(proof) ? verdict.apply(proof, now) : null;
                if (receipt != null) {
                    waiting.remove(proof);
                    settled.put(proof, receipt);
                }
            }
            arm();
        } finally {
            lock.unlock();
        }
        settled.forEach(Proof::settle);
    }

    private <T> EngineQueries.Reply<T> reply(List<Proof> served, Consumer<T> next) {
        return new EngineQueries.Reply<>() {
            @Override
            public void answer(T value) {
                next.accept(value);
            }

            @Override
            public void failure(WorkerError error) {
                end(served, Reasons.unread(error), Reasons.isFinal(error));
            }
        };
    }
}
