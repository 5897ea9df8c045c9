package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.FollowedSource;
import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.SourceUpdate;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that a host follows: read when somebody asks, and at the source's interval; one reading at a time, on the
 * host's executor.
 */
public final class Following implements FollowedSource, Owner {

    private static final Duration LONGEST_INTERVAL = Duration.ofDays(365);

    private static final Logger LOG = LoggerFactory.getLogger(Following.class);

    private final ReplicaSource source;
    private final String name;
    private final Duration interval;
    private final Bindings bindings;
    private final AdapterMaker maker;
    private final SourceChanges changes;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<CompletableFuture<SourceUpdate>> asked = new ArrayList<>();
    private boolean reading;
    private volatile boolean closed;
    private TimeSource.@Nullable Scheduled next;
    private List<ReplicaSpec> refused = List.of();
    private volatile String problem = "";

    /**
     * Makes a follower that has read nothing yet.
     *
     * @param source what to read
     * @param bindings what to change
     * @param drainLimit how long streams of replicas that go may run on
     */
    public Following(ReplicaSource source, Bindings bindings, Duration drainLimit) {
        this.source = source;
        this.name = source.name();
        this.interval = checked(source.interval());
        this.bindings = bindings;
        this.maker = bindings.maker();
        this.changes = new SourceChanges(bindings, this, drainLimit, name);
    }

    private static Duration checked(Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("the interval " + interval + " is less than nothing");
        }
        return interval.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : interval;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<SourceUpdate> refresh() {
        CompletableFuture<SourceUpdate> answer = new CompletableFuture<>();
        boolean begins;
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedStage(new IllegalStateException(name + " is followed no more"));
            }
            asked.add(answer);
            begins = begin();
        } finally {
            lock.unlock();
        }
        if (begins) {
            Handover.run(maker.settings().executor(), this::readAll);
        }
        return answer.minimalCompletionStage();
    }

    @Override
    public Optional<String> problem() {
        return problem.isEmpty() ? Optional.empty() : Optional.of(problem);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            cancelNext();
        } finally {
            lock.unlock();
        }
        bindings.settle(); // from here on nothing changes
    }

    @Override
    public boolean isGone() {
        return closed;
    }

    /** Reads it at its interval, without anybody who asked. */
    private void readByItself() {
        boolean begins;
        lock.lock();
        try {
            begins = !closed && begin();
        } finally {
            lock.unlock();
        }
        if (begins) {
            Handover.run(maker.settings().executor(), this::readAll);
        }
    }

    private boolean begin() {
        boolean begins = !reading;
        reading = true;
        cancelNext();
        return begins;
    }

    private void readAll() {
        boolean more = true;
        while (more) {
            List<CompletableFuture<SourceUpdate>> now = taken();
            CompletableFuture<SourceUpdate> result =
                    CompletableFuture.failedFuture(new IllegalStateException(name + " could not be read"));
            try {
                result = readOnce(!now.isEmpty());
            } finally { // also if the JVM has an error of its own: it is read again later
                more = isAskedAgain();
                answer(now, result);
            }
        }
    }

    private List<CompletableFuture<SourceUpdate>> taken() {
        lock.lock();
        try {
            List<CompletableFuture<SourceUpdate>> now = List.copyOf(asked);
            asked.clear();
            return now;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the reading unless somebody asked meanwhile. */
    private boolean isAskedAgain() {
        lock.lock();
        try {
            if (asked.isEmpty()) {
                reading = false;
                scheduleNext();
            }
            return reading;
        } finally {
            lock.unlock();
        }
    }

    private static void answer(List<CompletableFuture<SourceUpdate>> asked, CompletableFuture<SourceUpdate> result) {
        for (CompletableFuture<SourceUpdate> answer : asked) {
            var unused = result.whenComplete((update, failure) -> {
                if (failure == null) {
                    answer.complete(update);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        }
    }

    /**
     * What adapters refused is tried again only if somebody asks, or if it changes: to make them again, second after second,
     * would lead to the same. All else is tried again, for it may have become right without a change of the source.
     */
    private CompletableFuture<SourceUpdate> readOnce(boolean onRequest) {
        List<ReplicaSpec> specs = List.of();
        try {
            specs = List.copyOf(source.read());
            if (!onRequest && !specs.isEmpty() && specs.equals(refused)) {
                return CompletableFuture.failedFuture(new IllegalArgumentException(problem));
            }
            refused = List.of();
            SourceUpdate update = changes.apply(specs);
            followed(update);
            return CompletableFuture.completedFuture(update);
        } catch (SourceChanges.AdaptersRefusedException e) {
            refused = specs;
            return failed(String.valueOf(e.getMessage()), e);
        } catch (IOException | IllegalArgumentException e) {
            return failed(String.valueOf(e.getMessage()), e);
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            if (closed || bindings.isClosed()) {
                return CompletableFuture.failedFuture(e); // nobody reads it any more
            }
            return failed(name + " threw " + e + " when it was read: this is its fault", e);
        }
    }

    private void followed(SourceUpdate update) {
        if (!problem.isEmpty()) {
            problem = "";
            LOG.info("{} is followed again", name);
        }
        if (!update.isEmpty()) {
            LOG.info("{} changed: {}", name, update);
        }
    }

    private CompletableFuture<SourceUpdate> failed(String why, Throwable failure) {
        boolean news = !problem.equals(why);
        problem = why;
        if (news && !closed) {
            LOG.warn("nothing was changed, all replicas stay as they are: {}", why);
        }
        return CompletableFuture.failedFuture(failure);
    }

    private void scheduleNext() {
        if (!closed && !interval.isZero()) {
            next = maker.settings().time().schedule(interval, new Runnable() {
                @Override
                public void run() {
                    readByItself();
                }

                @Override
                public String toString() {
                    return "next reading of " + name;
                }
            });
        }
    }

    private void cancelNext() {
        if (next != null) {
            next.cancel();
            next = null;
        }
    }
}
