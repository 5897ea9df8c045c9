package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.dispatch.Backoff;
import io.llamaorch.adapter.registry.internal.dispatch.Breaker;
import io.llamaorch.adapter.registry.internal.dispatch.RetryBudget;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gives the places of a pool to its tasks (DSP-01 to 07): at once, or when their turn comes, or not at all. Everything that
 * decides this is behind one lock; others' code, timers and adapters are called when it is given back.
 *
 * <p>Thread safety: safe for concurrent use; never blocks.
 */
final class Dispatch {

    /** How often those who wait are told where they stand, at most. */
    static final Duration TELLING_INTERVAL = Duration.ofMillis(250);

    private final String pool;
    private final HostSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Backoff backoff;

    // All guarded by the lock.
    private final Choice choice = new Choice();
    private final Refusals refusals;
    private final TaskQueue queue;
    private final Stranded stranded;
    private final Isolation isolation;
    private final RetryBudget budget;
    private long epochs;
    private boolean telling;
    private boolean watching;

    /** What is to happen to those who wait, and to places; closed while there is no replica. */
    private volatile Timers timers;

    Dispatch(String pool, HostSettings settings) {
        Policies policies = settings.policies();
        this.pool = pool;
        this.settings = settings;
        this.backoff = new Backoff(policies.retry(), settings.chance());
        this.refusals = new Refusals(pool, choice);
        this.queue = new TaskQueue(pool, policies.admission(), choice);
        this.stranded = new Stranded(queue, refusals, policies.admission().unreadyWait());
        this.isolation = new Isolation(this, settings);
        this.budget = new RetryBudget(policies.retry());
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

    /** Does something later, unless the pool has no replica by then. */
    TimeSource.Scheduled later(Duration delay, String what, Runnable task) {
        return timers.later(delay, what, task);
    }

    // ---- replicas

    /** A replica takes over from others at the same engine, which still hold places there. */
    void follows(Seat seat, List<Seat> before) {
        locked(effects -> {
            if (choice.seats().isEmpty()) {
                before.forEach(other -> other.places().forget()); // nobody was left to count the time
            }
            seat.follow(before);
        });
    }

    /** Sets which replicas there are, by id; those that are missing get no more work. */
    void seats(Collection<Seat> all) {
        Effects later = new Effects(); // whoever binds holds a lock
        lock.lock();
        try {
            if (choice.seats().isEmpty() && !all.isEmpty()) {
                timers = new Timers(settings);
            }
            choice.seats(all);
            for (Seat seat : all) {
                if (seat.epoch() == 0) {
                    seat.renew(++epochs);
                }
                choice.rate(seat);
            }
            if (all.isEmpty()) {
                later.add(timers::close);
                telling = false;
                watching = false;
            }
            watch(later);
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
        change(seat, this::watch);
    }

    /** A replica's engine told what it is. */
    void learned(Seat seat, WorkerProperties properties) {
        change(seat, effects -> {
            seat.learn(properties);
            choice.learned(seat);
            watch(effects);
        });
    }

    /** A replica's engine went away and came back: what the old one had is gone. */
    void renewed(Seat seat) {
        change(seat, effects -> isolation.renewed(seat, ++epochs, effects));
    }

    /** Something about a replica changes, and with it perhaps who gets work. */
    void change(Seat seat, Consumer<Effects> step) {
        locked(effects -> {
            BreakerState before = seat.breaker().state();
            step.accept(effects);
            choice.rate(seat);
            if (seat.breaker().state() != before) {
                watch(effects);
            }
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
            Seat free = queue.isEmpty() ? choice.best(run) : null;
            if (free != null) {
                budget.deposit();
                place(run, free, effects, true);
                return;
            }
            Optional<WorkerError> refusal = refusals.of(run);
            if (refusal.isPresent()) {
                effects.add(() -> run.refuse(refusal.get()));
                return;
            }
            queue.enter(run);
            pump(effects);
            if (run.entry() != null && queue.isOverfull()) {
                queue.leave(run);
                freeWhatIsKeptFor(run, effects);
                WorkerError full = queue.full();
                effects.add(() -> run.refuse(full));
            } else {
                budget.deposit();
                waits(run, effects);
            }
        });
    }

    /** Takes a retry off the budget; says whether there was one. */
    boolean affordsRetry() {
        return look(budget::withdraw);
    }

    /** A task whose attempt has failed comes again: it gets a place, waits for one, or has failed. */
    void retry(TaskRun run) {
        locked(effects -> {
            if (run.isOver()) {
                return;
            }
            Optional<WorkerError> refusal = refusals.of(run);
            if (refusal.isPresent()) {
                effects.add(() -> run.cannotBeServed(refusal.get()));
                return;
            }
            effects.add(run::triedAgain);
            queue.enter(run);
            pump(effects);
            waits(run, effects);
        });
    }

    /** A task that may be waiting does so no more; says whether it was. */
    boolean leave(TaskRun run) {
        AtomicBoolean waited = new AtomicBoolean();
        locked(effects -> {
            waited.set(queue.leave(run));
            if (waited.get()) {
                freeWhatIsKeptFor(run, effects);
                tellSoon(effects);
            }
        });
        return waited.get();
    }

    /** Why a task could not wait any longer. */
    WorkerError waitedTooLong(TaskRun run) {
        return look(() -> refusals.of(run).orElseGet(() -> queue.waitedTooLong(run)));
    }

    /** An attempt's stream is over; the place of one that may have left its request at the engine is kept for a while. */
    void over(Attempt attempt, TokenEvent.Terminal terminal, boolean placeIsFree) {
        Seat seat = attempt.seat();
        change(seat, effects -> {
            if (placeIsFree) {
                seat.places().giveBack();
            } else {
                int since = seat.places().quarantine();
                effects.add(() -> attempt.quarantined(since));
            }
            if (isolation.over(attempt, terminal, effects) == Breaker.Verdict.GOOD) {
                queue.learn(settings.time().nanoTime() - attempt.terms().placed());
            }
        });
    }

    /** A quarantined place is free: this was proved, or its time is up. */
    void release(Seat seat, int since) {
        change(seat, effects -> seat.places().release(since));
    }

    /** A task has begun to answer on a replica, which holds its session's cache since. */
    void settled(Attempt attempt) {
        Optional<String> session = attempt.run().request().sessionId();
        if (session.isEmpty() && attempt.terms().trial() == 0) {
            return; // nearly always
        }
        change(attempt.seat(), effects -> {
            session.ifPresent(id -> choice.remember(id, attempt.seat()));
            if (attempt.terms().trial() != 0) {
                isolation.answered(attempt, effects);
            }
        });
    }

    /** Asks something that changes nothing about who gets work. */
    <T> T look(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    // ---- all below needs the lock

    Choice choice() {
        return choice;
    }

    Refusals refusals() {
        return refusals;
    }

    TaskQueue queue() {
        return queue;
    }

    /** It waits, unless it has a place by now. */
    private void waits(TaskRun run, Effects effects) {
        if (run.entry() == null) {
            return;
        }
        int position = queue.position(run);
        Optional<Duration> start = queue.startOf(position);
        effects.add(run::waitBegins);
        effects.add(() -> run.tell(position, start));
        if (position < queue.size() - 1) { // it has overtaken others
            tellSoon(effects);
        }
    }

    /** A task waits no more, without a place: what was kept for it is free for others. */
    private void freeWhatIsKeptFor(TaskRun run, Effects effects) {
        if (run.needs().alone()) {
            pump(effects);
        }
    }

    /** Gives free places to those who wait, and keeps a replica for each that must be alone, before those behind it. */
    private void pump(Effects effects) {
        choice.keepNone();
        boolean anybody = false;
        Iterator<TaskRun> waiting = queue.iterator();
        while (waiting.hasNext() && choice.hasFree()) {
            TaskRun run = waiting.next();
            Seat seat = run.isOver() ? null : choice.best(run); // one that is over is about to leave
            if (seat != null) {
                waiting.remove();
                place(run, seat, effects, false);
                anybody = true;
            } else if (run.needs().alone() && !run.isOver()) {
                choice.keepFor(run);
            }
        }
        if (anybody) {
            tellSoon(effects);
        }
    }

    private void place(TaskRun run, Seat seat, Effects effects, boolean here) {
        if (run.needs().alone()) {
            seat.places().takeAll();
        } else {
            seat.places().take();
        }
        int trial = seat.breaker().begin();
        Attempt attempt = run.attempt(seat, trial, choice.isCold(run, seat));
        choice.rate(seat);
        effects.add(here ? attempt::begin : () -> settings.handOver(attempt::begin));
    }

    /** Lets those go that wait for what does not come, now and later. */
    private void watch(Effects effects) {
        if (queue.isEmpty()) {
            return;
        }
        Optional<Duration> next = stranded.look(settings.time().nanoTime(), effects);
        if (next.isPresent() && !watching) {
            watching = true;
            Timers ofThese = timers;
            effects.add(() -> ofThese.later(next.get(), "unready replicas of " + pool, this::watchOn));
        }
    }

    private void watchOn() {
        locked(effects -> {
            watching = false;
            watch(effects);
            pump(effects); // who was let go may have had a replica kept for it
        });
    }

    private void tellSoon(Effects effects) {
        if (!telling && !queue.isEmpty()) {
            telling = true;
            Timers ofThese = timers;
            effects.add(() -> ofThese.later(TELLING_INTERVAL, "positions in the queue of " + pool, this::tellAll));
        }
    }

    private void tellAll() {
        locked(effects -> {
            telling = false;
            int position = 0;
            for (TaskRun run : queue) {
                int at = position++;
                Optional<Duration> start = queue.startOf(at);
                effects.add(() -> run.tell(at, start));
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
