package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerMove;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.dispatch.Backoff;
import io.llamaorch.adapter.registry.internal.dispatch.Breaker;
import io.llamaorch.adapter.registry.internal.dispatch.Forecast;
import io.llamaorch.adapter.registry.internal.dispatch.RetryBudget;
import io.llamaorch.adapter.registry.internal.dispatch.WaitingLine;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Gives the places of a pool to its tasks (DSP-01 to 07): at once, or when their turn comes, or not at all. Everything that
 * decides this is behind one lock; others' code, timers and adapters are called when it is given back.
 *
 * <p>Thread safety: safe for concurrent use; never blocks.
 */
final class Dispatch {

    /** How often those who wait are told where they stand, at most. */
    static final Duration TELLING_INTERVAL = Duration.ofMillis(250);

    private static final Duration SHORTEST_RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(60);

    private final String pool;
    private final HostSettings settings;
    private final ReentrantLock lock = new ReentrantLock();

    // All guarded by the lock.
    private final Choice choice = new Choice();
    private final WaitingLine<TaskRun> line;
    private final RetryBudget budget;
    private final Forecast forecast = new Forecast();
    private final Backoff backoff;
    private long epochs;
    private boolean telling;

    /** What is to happen to those who wait; closed when the last replica has left. */
    private Timers timers;

    Dispatch(String pool, HostSettings settings) {
        this.pool = pool;
        this.settings = settings;
        this.line = new WaitingLine<>(settings.policies().admission());
        this.budget = new RetryBudget(settings.policies().retry());
        this.backoff = new Backoff(settings.policies().retry(), settings.chance());
        this.timers = new Timers(settings);
    }

    HostSettings settings() {
        return settings;
    }

    String pool() {
        return pool;
    }

    Backoff backoff() {
        return backoff;
    }

    // ---- replicas

    /** Sets which replicas there are, by id; those that are missing get no more work. */
    void seats(Collection<Seat> all) {
        Effects later = new Effects(); // whoever binds holds a lock
        lock.lock();
        try {
            choice.seats(all);
            for (Seat seat : all) {
                if (seat.epoch() == 0) {
                    seat.renew(++epochs);
                }
                choice.rate(seat);
            }
            if (all.isEmpty()) {
                failAll(later);
            }
            pump(later);
        } finally {
            lock.unlock();
        }
        if (!later.isEmpty()) {
            settings.handOver(later::run);
        }
    }

    /** A replica became ready, or unready. */
    void changed(Seat seat) {
        locked(effects -> {
            choice.rate(seat);
            pump(effects);
        });
    }

    /** A replica's engine told what it is. */
    void learned(Seat seat, WorkerProperties properties) {
        locked(effects -> {
            seat.learn(properties);
            choice.learned(seat);
            choice.rate(seat);
            pump(effects);
        });
    }

    /** A replica's engine went away and came back: what the old one had is gone. */
    void renewed(Seat seat) {
        locked(effects -> {
            BreakerState before = seat.breaker().state();
            seat.renew(++epochs);
            moved(seat, before, "its engine came back", effects);
            choice.rate(seat);
            pump(effects);
        });
    }

    // ---- tasks

    /** A task comes: it gets a place, waits for one, or is refused. */
    void submit(TaskRun run) {
        locked(effects -> {
            if (run.isOver()) {
                return; // whoever ended it found it nowhere
            }
            budget.deposit();
            Seat free = line.isEmpty() ? choice.best(run) : null;
            if (free != null) {
                place(run, free, effects, true);
                return;
            }
            Optional<WorkerError> refusal = choice.refusal(run, pool);
            if (refusal.isPresent()) {
                effects.add(() -> run.refuse(refusal.get()));
                return;
            }
            enter(run, effects);
            pump(effects);
            if (run.entry() != null && isOverfull()) {
                withdraw(run);
                WorkerError full = full();
                effects.add(() -> run.refuse(full));
            } else {
                tellFirst(run, effects);
            }
        });
    }

    /** An attempt has failed; says whether another may follow, and takes it off the budget. */
    boolean mayRetry(TaskRun run, boolean free) {
        lock.lock();
        try {
            return run.attempts() < settings.policies().retry().attempts() && (free || budget.withdraw());
        } finally {
            lock.unlock();
        }
    }

    /** A task whose attempt has failed comes again: it gets a place, waits for one, or has failed. */
    void retry(TaskRun run) {
        locked(effects -> {
            if (run.isOver()) {
                return;
            }
            if (choice.refusal(run, pool).isPresent()) {
                effects.add(run::giveUp);
                return;
            }
            enter(run, effects); // beside the queue's capacity: it was let in once
            pump(effects);
            tellFirst(run, effects);
        });
    }

    /** A task that may be waiting does so no more; says whether it was. */
    boolean leave(TaskRun run) {
        AtomicBoolean waited = new AtomicBoolean();
        locked(effects -> {
            waited.set(run.entry() != null);
            if (run.entry() != null) {
                withdraw(run);
                tellSoon(effects);
            }
        });
        return waited.get();
    }

    /** Why a task could not wait any longer. */
    WorkerError waitedTooLong(TaskRun run) {
        lock.lock();
        try {
            return choice.refusal(run, pool)
                    .orElseGet(() -> WorkerError.builder(
                                    ErrorCode.ADMISSION_REJECT,
                                    "no place in pool '" + pool + "' became free for the task within "
                                            + settings.policies()
                                                    .admission()
                                                    .longestWait()
                                                    .toSeconds()
                                            + " s: try later, or add replicas")
                            .retryAfter(retryAfter())
                            .build());
        } finally {
            lock.unlock();
        }
    }

    /** An attempt's stream is over; the place of one that may have left its request at the engine is kept for a while. */
    void over(Attempt attempt, TokenEvent.Terminal terminal, boolean placeIsFree) {
        locked(effects -> {
            Seat seat = attempt.seat();
            if (placeIsFree) {
                seat.places().giveBack();
            } else {
                int since = seat.places().quarantine();
                effects.add(() -> attempt.quarantined(since));
            }
            BreakerState before = seat.breaker().state();
            Breaker.Verdict verdict =
                    seat.breaker().judge(attempt.run().request().jobId(), terminal);
            seat.breaker().over(attempt.terms().trial(), verdict);
            moved(
                    seat,
                    before,
                    verdict == Breaker.Verdict.GOOD ? "a trial went well" : "too many tasks failed on it",
                    effects);
            if (verdict == Breaker.Verdict.GOOD) {
                forecast.learn(settings.time().nanoTime() - attempt.terms().placed());
            }
            if (terminal instanceof TokenEvent.Error failure && failure.error().code() == ErrorCode.ADMISSION_REJECT) {
                failure.error().retryAfter().ifPresent(asked -> rest(seat, asked, effects));
            }
            choice.rate(seat);
            pump(effects);
        });
    }

    /** A quarantined place is free: this was proved, or its time is up. */
    void release(Seat seat, int since) {
        locked(effects -> {
            seat.places().release(since);
            choice.rate(seat);
            pump(effects);
        });
    }

    /** A task has begun to answer on a replica, which holds its session's cache since. */
    void settled(TaskRun run, Seat seat) {
        run.request().sessionId().ifPresent(session -> {
            lock.lock();
            try {
                choice.remember(session, seat);
            } finally {
                lock.unlock();
            }
        });
    }

    /** Looks without changing anything. */
    <T> T look(BiFunction<Choice, WaitingLine<TaskRun>, T> question) {
        lock.lock();
        try {
            return question.apply(choice, line);
        } finally {
            lock.unlock();
        }
    }

    // ---- all below needs the lock

    /** Why a task that no replica has a place for now would be refused; empty if it would wait. */
    Optional<WorkerError> refusal(Wish wish) {
        return choice.refusal(wish, pool)
                .or(() -> line.size() < settings.policies().admission().queueCapacity()
                        ? Optional.empty()
                        : Optional.of(full()));
    }

    private void enter(TaskRun run, Effects effects) {
        run.entry(line.add(run, run.request().priority(), run.came()));
        effects.add(run::waitBegins);
    }

    private void withdraw(TaskRun run) {
        WaitingLine.Entry<TaskRun> entry = run.entry();
        if (entry != null) {
            line.remove(entry);
            run.entry(null);
        }
    }

    private boolean isOverfull() {
        return newcomers() > settings.policies().admission().queueCapacity();
    }

    /** Whether nobody else may wait now. */
    boolean isFull() {
        return newcomers() >= settings.policies().admission().queueCapacity();
    }

    /** How many wait beside those that are tried again; these are told apart only where that can matter. */
    private int newcomers() {
        if (line.size() < settings.policies().admission().queueCapacity()) {
            return line.size();
        }
        int newcomers = 0;
        for (WaitingLine.Entry<TaskRun> entry : line) {
            newcomers += entry.what().attempts() == 0 ? 1 : 0;
        }
        return newcomers;
    }

    /** Gives free places to those who wait. */
    private void pump(Effects effects) {
        boolean anybody = false;
        Iterator<WaitingLine.Entry<TaskRun>> waiting = line.iterator();
        while (waiting.hasNext() && choice.hasFree()) {
            TaskRun run = waiting.next().what();
            Seat seat = run.isOver() ? null : choice.best(run); // one that is over is about to leave
            if (seat != null) {
                waiting.remove();
                run.entry(null);
                place(run, seat, effects, false);
                anybody = true;
            }
        }
        if (anybody) {
            tellSoon(effects);
        }
    }

    private void place(TaskRun run, Seat seat, Effects effects, boolean here) {
        seat.places().take();
        int trial = seat.breaker().begin();
        Attempt attempt = run.attempt(seat, trial, choice.isCold(run, seat));
        choice.rate(seat);
        effects.add(here ? attempt::begin : () -> settings.handOver(attempt::begin));
    }

    private void failAll(Effects effects) {
        effects.add(timers::close);
        timers = new Timers(settings);
        telling = false;
        for (Iterator<WaitingLine.Entry<TaskRun>> waiting = line.iterator(); waiting.hasNext(); ) {
            TaskRun run = waiting.next().what();
            waiting.remove();
            run.entry(null);
            effects.add(() -> run.refuse(choiceless()));
        }
    }

    private WorkerError choiceless() {
        return WorkerError.of(
                ErrorCode.POOL_UNAVAILABLE,
                "the last replica of pool '" + pool + "' was taken away: bind one, or use another pool");
    }

    /** Why a task that came now could not even wait. */
    WorkerError full() {
        return WorkerError.builder(
                        ErrorCode.ADMISSION_REJECT,
                        "pool '" + pool + "' has no free place, and " + line.size()
                                + " tasks wait already: try later, or add replicas")
                .retryAfter(retryAfter())
                .build();
    }

    /** When a task that came to the end of the line now would start. */
    Duration retryAfter() {
        Duration start = forecast.startOf(line.size(), choice.readyPlaces()).orElse(SHORTEST_RETRY_AFTER);
        return start.compareTo(SHORTEST_RETRY_AFTER) < 0
                ? SHORTEST_RETRY_AFTER
                : start.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : start;
    }

    private void rest(Seat seat, Duration asked, Effects effects) {
        Duration ceiling = settings.policies().retry().retryAfterCeiling();
        Duration rest = asked.compareTo(ceiling) > 0 ? ceiling : asked;
        seat.restUntil(settings.time().nanoTime() + rest.toNanos());
        effects.add(() -> seat.timers().later(rest, "rest of " + seat.replica().spec(), () -> rested(seat)));
    }

    private void rested(Seat seat) {
        locked(effects -> {
            seat.rested(settings.time().nanoTime());
            choice.rate(seat);
            pump(effects);
        });
    }

    private void moved(Seat seat, BreakerState before, String cause, Effects effects) {
        BreakerState now = seat.breaker().state();
        if (now == before) {
            return;
        }
        settings.announcements().add(new BreakerMove(seat.replica().spec(), before, now, cause));
        effects.add(settings.announcements()::tell);
        if (now == BreakerState.OPEN) {
            int opening = seat.opened();
            effects.add(() -> seat.timers()
                    .later(
                            settings.policies().breaker().openFor(),
                            "open breaker of " + seat.replica().spec(),
                            () -> halfOpen(seat, opening)));
        }
    }

    private void halfOpen(Seat seat, int opening) {
        locked(effects -> {
            if (seat.openings() != opening) {
                return; // it was closed meanwhile, and opened again not long ago
            }
            BreakerState before = seat.breaker().state();
            seat.breaker().halfOpen();
            moved(seat, before, "it was open for long enough", effects);
            choice.rate(seat);
            pump(effects);
        });
    }

    private void tellFirst(TaskRun run, Effects effects) {
        WaitingLine.Entry<TaskRun> entry = run.entry();
        if (entry != null) {
            int position = line.position(entry);
            Optional<Duration> start = forecast.startOf(position, choice.readyPlaces());
            effects.add(() -> run.tell(position, start));
        }
    }

    private void tellSoon(Effects effects) {
        if (!telling && !line.isEmpty()) {
            telling = true;
            Timers ofThese = timers;
            effects.add(() -> ofThese.later(TELLING_INTERVAL, "positions in the queue of " + pool, this::tellAll));
        }
    }

    private void tellAll() {
        locked(effects -> {
            telling = false;
            int position = 0;
            for (WaitingLine.Entry<TaskRun> entry : line) {
                int at = position++;
                Optional<Duration> start = forecast.startOf(at, choice.readyPlaces());
                effects.add(() -> entry.what().tell(at, start));
            }
        });
    }

    private void locked(Consumer<Effects> step) {
        Effects effects = new Effects();
        lock.lock();
        try {
            step.accept(effects);
        } finally {
            lock.unlock();
        }
        effects.run();
    }
}
