package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.registry.internal.dispatch.WaitingLine;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.QueueDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One task on its way through a host: it waits for a place, is tried, perhaps tried again, and ends once.
 *
 * <p>Thread safety: safe for concurrent use; what {@link Dispatch} decides is guarded by its lock.
 */
final class TaskRun implements Wish {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final TaskRequest request;
    private final TokenEmitter emitter;
    private final Dispatch dispatch;
    private final HostSettings settings;
    private final Needs needs;
    private final long came;
    private final Timers timers;
    private final QueueTurn turn = new QueueTurn();

    // Written under the lock of the dispatch.
    private volatile WaitingLine.@Nullable Entry<TaskRun> entry;
    private volatile @Nullable Attempt attempt;
    private final List<Seat> tried = new ArrayList<>(1);
    private boolean stranded;
    private long strandedSince;

    private volatile TimeSource.@Nullable Scheduled waitLimit;

    /** Whether others have heard that it waits: once for each wait, however often its position changes. */
    private volatile boolean waitIsTold;

    private volatile @Nullable Failure lastFailure;

    /** How an attempt failed. */
    private record Failure(Attempt attempt, WorkerError error) {}

    /** Its end is the last that is told of it, whatever still happens on another thread. */
    private final ReentrantLock reporting = new ReentrantLock();

    private boolean endIsTold;

    private TaskRun(TaskRequest request, TokenEmitter emitter, Dispatch dispatch) {
        this.request = request;
        this.emitter = emitter;
        this.dispatch = dispatch;
        this.settings = dispatch.settings();
        this.needs = Needs.of(request);
        this.came = settings.time().nanoTime();
        this.timers = new Timers(settings);
    }

    /** Begins; never blocks. */
    static void begin(TaskRequest request, TokenEmitter emitter, Dispatch dispatch) {
        TaskRun run = new TaskRun(request, emitter, dispatch);
        emitter.onCancel(cause -> run.cancelled());
        emitter.usageFrom(run::usage);
        run.report(TaskStage.SUBMITTED, report -> {});
        var unused = emitter.stream().outcome().thenAccept(run::ended);
        dispatch.submit(run);
    }

    @Override
    public TaskRequest request() {
        return request;
    }

    TokenEmitter emitter() {
        return emitter;
    }

    Dispatch dispatch() {
        return dispatch;
    }

    HostSettings settings() {
        return settings;
    }

    @Override
    public Needs needs() {
        return needs;
    }

    /** When it was submitted, on the host's clock. */
    long came() {
        return came;
    }

    boolean isOver() {
        return emitter.ended();
    }

    WaitingLine.@Nullable Entry<TaskRun> entry() {
        return entry;
    }

    void entry(WaitingLine.@Nullable Entry<TaskRun> place) {
        if (place != null) {
            waitIsTold = false;
            stranded = false;
        }
        entry = place;
    }

    @Override
    public int attempts() {
        return tried.size();
    }

    @Override
    public boolean hasTried(Seat seat) {
        return tried.contains(seat);
    }

    /** It has a place on a replica, where it is about to be tried. Needs the lock of the dispatch. */
    Attempt attempt(Seat seat, int trial, boolean cold) {
        tried.add(seat);
        Attempt next = new Attempt(
                this,
                seat,
                tried.size(),
                new Attempt.Terms(trial, cold, settings.time().nanoTime()));
        attempt = next;
        return next;
    }

    /** The task as the next attempt is given it: what is left of its deadline is passed on (TIM-02). */
    TaskRequest requestNow() {
        if (request.deadline().isEmpty()) {
            return request;
        }
        Duration left = request.deadline().get().minus(elapsed());
        return request.toBuilder()
                .deadline(left.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : left)
                .build();
    }

    // ---- waiting

    /** It waits, and not for ever. */
    void waitBegins() {
        waitLimit = timers.later(
                settings.policies().admission().longestWait(),
                "longest wait of job " + request.jobId(),
                this::waitedTooLong);
        if (entry == null) {
            waitEnds();
        }
    }

    /** Notes whether no replica that could serve it is ready; tells for how long that has been so. Needs the lock. */
    long strandedFor(long now, boolean isSo) {
        if (isSo && !stranded) {
            strandedSince = now;
        }
        stranded = isSo;
        return isSo ? now - strandedSince : 0;
    }

    private void waitedTooLong() {
        if (dispatch.leave(this)) {
            cannotBeServed(dispatch.waitedTooLong(this));
        }
    }

    /** Tells where it stands in the queue. */
    void tell(int position, Optional<Duration> start) {
        turn.tell(() -> {
            if (entry != null && !isOver()) {
                emitter.forward(new TokenEvent.Queued(
                        position, start.map(QueueDetails::startingIn).orElse(QueueDetails.NONE)));
                if (!waitIsTold) {
                    waitIsTold = true;
                    report(TaskStage.QUEUED, report -> report.queued(position, start));
                }
            }
        });
    }

    /** An attempt begins as soon as nobody tells where the task stands. */
    void start(Runnable begin) {
        waitEnds();
        turn.start(begin);
    }

    // ---- ends

    /** Nothing was tried, or nothing can be tried any more. */
    void refuse(WorkerError error) {
        emitter.refused(error);
    }

    /** An attempt has failed before its first token: it is repeated if that may help (DSP-05), else that is the end. */
    void failed(Attempt failed, WorkerError error, Runnable passHeld) {
        lastFailure = new Failure(failed, error);
        boolean ours = error.code() == ErrorCode.POOL_UNAVAILABLE
                && !failed.seat().replica().isAlive(); // we took it away: not a failure that could become a storm
        if (isOver()
                || !error.retriable()
                || attempts() >= settings.policies().retry().attempts()
                || !(ours || dispatch.affordsRetry())) {
            passHeld.run();
            finish(error);
            return;
        }
        Duration wait = ours ? Duration.ZERO : dispatch.backoff().before(failed.number());
        timers.later(wait, "retry of job " + request.jobId(), () -> dispatch.retry(this));
    }

    /** Its next attempt is under way. */
    void triedAgain() {
        Failure failure = lastFailure;
        if (failure != null) {
            report(TaskStage.RETRIED, report -> {
                failure.attempt.describe(report);
                report.error(failure.error);
            });
        }
    }

    /** Something is done about it unless it ends in time. */
    void endsWithin(Duration limit, Runnable otherwise) {
        timers.later(limit, "last event of job " + request.jobId(), otherwise);
    }

    /** No replica takes it, nor will any: what its last attempt failed with says more, if there was one. */
    void cannotBeServed(WorkerError refusal) {
        Failure failure = lastFailure;
        if (failure == null) {
            refuse(refusal);
        } else {
            finish(failure.error);
        }
    }

    private void finish(WorkerError error) {
        Set<String> replicas = new LinkedHashSet<>();
        tried.forEach(seat -> replicas.add(seat.replica().id()));
        boolean itself = replicas.size() < 2 || !error.retriable();
        emitter.forward(new TokenEvent.Error(itself ? error : exhausted(error, replicas)));
    }

    private WorkerError exhausted(WorkerError last, Set<String> replicas) {
        return WorkerError.builder(
                        ErrorCode.REPLICA_EXHAUSTED,
                        tried.size() + " attempts failed, on " + String.join(", ", replicas) + "; the last: "
                                + last.message())
                .engine(last.engine())
                .replica(last.replica())
                .usage(last.usage())
                .excerpt(last.excerpt())
                .retryAfter(last.retryAfter().orElse(RETRY_AFTER))
                .cause(new WorkerException(last))
                .build();
    }

    /** It has ended by something else than an attempt's own end; tells what is known of the engine's place. */
    private CompletionStage<CancelReceipt> cancelled() {
        timers.close();
        dispatch.leave(this);
        Attempt last = attempt; // what it may have left is not gone because the task waits for its next one
        return last == null ? CompletableFuture.completedStage(CancelReceipt.slotFree(Duration.ZERO)) : last.cancel();
    }

    private Usage usage() {
        Attempt running = attempt;
        return running == null ? Usage.UNKNOWN : running.usage();
    }

    private void waitEnds() {
        TimeSource.Scheduled limit = waitLimit;
        if (limit != null) {
            limit.cancel();
        }
    }

    // ---- what others hear of it

    private void ended(TokenEvent.Terminal terminal) {
        timers.close();
        TaskStage stage = terminal instanceof TokenEvent.Error
                ? TaskStage.FAILED
                : ((TokenEvent.End) terminal).reason() == StopReason.CANCELLED ? TaskStage.CANCELLED : TaskStage.ENDED;
        report(stage, report -> {
            report.terminal(terminal);
            Attempt last = attempt;
            if (last != null) {
                last.decodeTime(terminal).ifPresent(report::decodeTime);
            }
        });
    }

    void report(TaskStage stage, Consumer<TaskReport.Builder> details) {
        reporting.lock();
        try {
            if (endIsTold) {
                return;
            }
            endIsTold = stage.isLast();
            settings.announcements().add(stage, () -> reportOf(stage, details));
        } finally {
            reporting.unlock();
        }
        settings.announcements().tell();
    }

    private TaskReport reportOf(TaskStage stage, Consumer<TaskReport.Builder> details) {
        TaskReport.Builder report =
                TaskReport.builder(stage, dispatch.pool(), request).elapsed(elapsed());
        Attempt last = attempt;
        if (last != null) {
            last.describe(report);
        }
        details.accept(report);
        return report.build();
    }

    Duration elapsed() {
        return Duration.ofNanos(settings.time().nanoTime() - came);
    }
}
