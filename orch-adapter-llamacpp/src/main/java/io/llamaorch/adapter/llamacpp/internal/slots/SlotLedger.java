package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.llamacpp.internal.codec.RepeatableTask;
import io.llamaorch.adapter.llamacpp.internal.codec.SamplingFields;
import io.llamaorch.adapter.llamacpp.internal.slots.Booking.Expectation;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which session's text each of the engine's slots holds, by what the engine says at the end of each job ({@code id_slot},
 * {@code timings.cache_n}); and whether that can be relied on.
 *
 * <p>A session's turn is pinned to its slot only if that slot is certainly free: a pinned request waits for its slot even
 * while others are idle, and may leave them idle (contract 10). That can be known only on a server that nobody else uses,
 * while the slot of each job that runs is known. Otherwise nothing is sent: the engine finds the slot by the prompt.
 *
 * <p>Thread safety: safe for concurrent use. Nothing blocks.
 */
public final class SlotLedger {

    /** How many sessions are known; the one that was used longest ago makes room. */
    static final int MOST_SESSIONS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(SlotLedger.class);

    private final TimeSource time;
    private final SessionLimits limits;
    private final boolean alone;
    private final IntSupplier slots;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock.
    private final Map<String, SessionTurns> sessions = new LinkedHashMap<>();
    private final Map<Integer, String> holders = new HashMap<>();
    private final Map<Integer, Long> lastEnds = new HashMap<>();
    private final Map<Integer, String> restored = new HashMap<>();
    private final Set<Booking> running = new HashSet<>();

    /** When jobs were cut off without a word of their slot, which they may keep busy: by the number of ends until then. */
    private final Map<Integer, Long> doubts = new HashMap<>();

    private final PredictionTally predictions = new PredictionTally();

    private long ends;
    /**
     * Makes a ledger that knows nothing yet.
     *
     * @param time the clock
     * @param limits how long a session lasts
     * @param alone whether nobody else uses this engine
     * @param slots how many slots it has; 0 for unknown
     */
    public SlotLedger(TimeSource time, SessionLimits limits, boolean alone, IntSupplier slots) {
        this.time = time;
        this.limits = limits;
        this.alone = alone;
        this.slots = slots;
    }

    /**
     * Takes note of a job that is about to be sent.
     *
     * @param task the job
     * @return what is expected of it; must be told how the job ends
     */
    public Booking book(TaskRequest task) {
        boolean repeatable = RepeatableTask.is(task);
        int pin = repeatable
                ? RepeatableTask.SLOT
                : task.pin().map(Pin::slot).orElse(OptionalInt.empty()).orElse(Booking.NONE);
        String session = task.sessionId().orElse("");
        boolean reuses = !repeatable && !Boolean.FALSE.equals(task.extras().get(SamplingFields.CACHE));
        lock.lock();
        try {
            expire();
            SessionTurns turns = sessions.get(session);
            boolean fresh = turns != null && limits.isSpent(turns.count());
            Optional<Expectation> expectation = Optional.empty();
            int slot = pin;
            if (fresh) {
                forget(session);
            } else if (turns != null && reuses) {
                expectation = Optional.of(predictions.expect(turns));
                if (pin == Booking.NONE && isCertainlyFree(turns.slot())) {
                    slot = turns.slot();
                }
            }
            Booking booking = new Booking(this, session, slot, fresh, expectation);
            running.add(booking);
            return booking;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a job that is sent to this slot begins at once. */
    private boolean isCertainlyFree(int slot) {
        return alone
                && slot != Booking.NONE
                && !doubts.containsKey(Booking.NONE)
                && !doubts.containsKey(slot)
                && running.stream().allMatch(other -> other.pinned() != Booking.NONE && other.pinned() != slot);
    }

    void ended(Booking booking, int slot, int held, int cached) {
        String unused = null;
        lock.lock();
        try {
            if (!running.remove(booking)) {
                return;
            }
            ends++;
            booking.expectation().ifPresent(expected -> predictions.judge(expected, cached));
            if (slot >= 0) {
                lastEnds.put(slot, ends);
                String file = restored.remove(slot);
                if (file != null && cached == 0) {
                    predictions.unusedRestore();
                    unused = file;
                }
                settleDoubts();
            }
            hold(booking.session(), slot, held);
        } finally {
            lock.unlock();
        }
        if (unused != null) {
            LOG.warn(
                    "Slot {} was restored from {}, and the next task there reused none of it: its prompt begins"
                            + " otherwise, or the server could not use the file.",
                    slot,
                    unused);
        }
    }

    /** Takes note of whose text a slot holds now. */
    private void hold(String session, int slot, int held) {
        SessionTurns before = session.isEmpty() ? null : sessions.remove(session);
        if (slot >= 0) {
            String other = session.isEmpty() ? holders.remove(slot) : holders.put(slot, session);
            if (other != null && !other.equals(session)) {
                sessions.computeIfPresent(other, (name, turns) -> turns.displaced());
            }
        }
        if (session.isEmpty()) {
            return;
        }
        if (before != null && before.slot() != slot) {
            holders.remove(before.slot(), session);
        }
        int count = before == null ? 1 : before.count() + 1;
        sessions.put(session, new SessionTurns(Math.max(slot, Booking.NONE), held, count, time.nanoTime()));
        if (sessions.size() > MOST_SESSIONS) {
            forget(sessions.keySet().iterator().next());
        }
    }

    void over(Booking booking, boolean mayWork) {
        lock.lock();
        try {
            if (running.remove(booking) && mayWork) {
                doubts.put(booking.pinned(), ends);
                displace(booking.pinned());
            }
        } finally {
            lock.unlock();
        }
    }

    /** A job has certainly left its slot if another has ended since: in that slot, or in each if it is not known. */
    private void settleDoubts() {
        doubts.entrySet().removeIf(doubt -> {
            if (doubt.getKey() != Booking.NONE) {
                return lastEnds.getOrDefault(doubt.getKey(), 0L) > doubt.getValue();
            }
            int count = slots.getAsInt();
            return count > 0
                    && IntStream.range(0, count).allMatch(slot -> lastEnds.getOrDefault(slot, 0L) > doubt.getValue());
        });
    }

    /** What the slot holds now is no session's. */
    private void displace(int slot) {
        String holder = holders.remove(slot);
        if (holder != null) {
            sessions.computeIfPresent(holder, (name, turns) -> turns.displaced());
        }
    }

    private void expire() {
        long now = time.nanoTime();
        List<String> late = new ArrayList<>();
        for (Map.Entry<String, SessionTurns> each : sessions.entrySet()) {
            if (!limits.isOver(Duration.ofNanos(now - each.getValue().at()))) {
                break; // they stand in the order of their use
            }
            late.add(each.getKey());
        }
        late.forEach(this::forget);
    }

    private @Nullable SessionTurns forget(String session) {
        SessionTurns turns = sessions.remove(session);
        if (turns != null) {
            holders.remove(turns.slot(), session);
        }
        return turns;
    }

    /**
     * Forgets a session.
     *
     * @param session its name
     * @return the slot that holds nothing but its cache and certainly does not work; empty if the session was not known;
     *     an empty slot if there is none such
     */
    public Optional<OptionalInt> end(String session) {
        lock.lock();
        try {
            expire();
            SessionTurns turns = forget(session);
            return turns == null
                    ? Optional.empty()
                    : Optional.of(isCertainlyFree(turns.slot()) ? OptionalInt.of(turns.slot()) : OptionalInt.empty());
        } finally {
            lock.unlock();
        }
    }

    /**
     * What a slot holds is no session's any more.
     *
     * @param slot the slot
     * @param file what it was restored from; empty if it was erased
     */
    public void replaced(int slot, String file) {
        lock.lock();
        try {
            displace(slot);
            if (file.isEmpty()) {
                restored.remove(slot);
            } else {
                restored.put(slot, file);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The engine may be another one from now on, with nothing in its slots and perhaps fewer of them. */
    public void engineLost() {
        lock.lock();
        try {
            holders.clear();
            restored.clear();
            predictions.restarted();
            sessions.replaceAll((name, turns) -> turns.displaced());
        } finally {
            lock.unlock();
        }
    }

    /** {@return what is held, and how the predictions fared} */
    public Sessions.Snapshot snapshot() {
        lock.lock();
        try {
            expire();
            List<Sessions.Held> held = new ArrayList<>();
            sessions.forEach((name, turns) -> held.add(turns.shown(name)));
            return new Sessions.Snapshot(held, predictions.shown());
        } finally {
            lock.unlock();
        }
    }
}
