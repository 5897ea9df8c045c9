package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One try of a task on one replica: it begins, its {@link Relay} forwards what comes, and its place is given back when the
 * engine has let go.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Attempt {

    /**
     * With these the engine itself says that it does not work on the task. What others leave, the adapter says: a gateway
     * answers 501, 502, 503 and 504 too, and may have passed the task on.
     */
    private static final Set<ErrorCode> REFUSALS = EnumSet.of(
            ErrorCode.INVALID_PARAMS,
            ErrorCode.CONTEXT_EXCEEDED,
            ErrorCode.UNAUTHORIZED,
            ErrorCode.NOT_FOUND,
            ErrorCode.ADMISSION_REJECT);

    private static final TokenEvent.End CANCELLED =
            new TokenEvent.End(StopReason.CANCELLED, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);

    /** How long the last event of a stream may take once its outcome is known, and its outcome once it is cancelled. */
    static final Duration LAST_EVENT_LIMIT = Duration.ofSeconds(10);

    private final TaskRun run;
    private final Seat seat;
    private final int number;
    private final Terms terms;
    private final CompletableFuture<TokenStream> stream = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean placeFree = new AtomicBoolean();
    private volatile TimeSource.@Nullable Scheduled cancelLimit;
    private volatile int failuresBefore;
    private volatile @Nullable String engineVersion;
    private volatile @Nullable Duration firstToken;

    /**
     * How it came to its place.
     *
     * @param trial which trial of the replica's breaker it is; 0 for none
     * @param cold whether its session's cache is elsewhere
     * @param placed when, on the host's clock
     */
    record Terms(int trial, boolean cold, long placed) {}

    Attempt(TaskRun run, Seat seat, int number, Terms terms) {
        this.run = run;
        this.seat = seat;
        this.number = number;
        this.terms = terms;
    }

    TaskRun run() {
        return run;
    }

    Seat seat() {
        return seat;
    }

    int number() {
        return number;
    }

    Terms terms() {
        return terms;
    }

    /** Hands the task to the replica. */
    void begin() {
        run.start(this::submit);
    }

    private void submit() {
        if (run.isOver()) {
            neverSent();
            return;
        }
        run.report(TaskStage.DISPATCHED, report -> {});
        failuresBefore = seat.replica().failures();
        TokenStream opened;
        try {
            opened = seat.replica().submit(run.requestNow());
        } catch (RuntimeException | Error fatal) { // the JVM's own errors only: the adapter's became its stream's
            neverBegan(fatal);
            throw fatal;
        }
        stream.complete(opened);
        Relay relay = new Relay(
                this, run.emitter(), number < run.settings().policies().retry().attempts());
        @Nullable Throwable thrown = subscribe(opened, relay);
        var unused = opened.outcome().whenComplete((terminal, failure) -> {
            if (failure == null) {
                over(terminal);
            } else {
                relay.broken("has an outcome that failed with " + failure, failure);
                over(new TokenEvent.Error(WorkerError.of(ErrorCode.INTERNAL, "its outcome failed: " + failure)));
            }
            relay.rush();
            if (!relay.hasEnded()) {
                run.endsWithin(LAST_EVENT_LIMIT, relay::overdue);
            }
        });
        if (run.isOver()) {
            var ignored = cancel();
        }
        if (thrown != null) {
            Foreign.rethrowIfFatal(thrown);
        }
    }

    private static @Nullable Throwable subscribe(TokenStream opened, Relay relay) {
        try {
            opened.subscribe(relay);
            return null;
        } catch (Throwable e) { // it costs only this task
            relay.broken("cannot be subscribed to: it threw " + e, e);
            return e;
        }
    }

    /** The task ended while it was on its way here: the engine hears nothing of it. */
    private void neverSent() {
        stream.complete(TokenStream.failed(
                run.request().jobId(), WorkerError.of(ErrorCode.INTERNAL, "the job had ended before it was sent")));
        leave();
    }

    /** It could not even be handed over, by a fault of the JVM's. */
    private void neverBegan(Throwable fatal) {
        WorkerError error = WorkerError.builder(ErrorCode.INTERNAL, "the job could not be handed over: " + fatal)
                .cause(fatal)
                .build();
        stream.complete(TokenStream.failed(run.request().jobId(), error));
        leave();
        run.emitter().refused(error);
    }

    /** Its replica has heard nothing of it, and is not to blame. */
    private void leave() {
        if (over.compareAndSet(false, true)) {
            run.dispatch().over(this, CANCELLED, true);
            seat.replica().left();
        }
    }

    /** Cancels what runs; tells what becomes of its place. */
    CompletionStage<CancelReceipt> cancel() {
        var unused = stream.thenAccept(TokenStream::cancel);
        if (!over.get()) {
            TimeSource.Scheduled limit = run.dispatch()
                    .later(
                            LAST_EVENT_LIMIT,
                            "end of cancelled job " + run.request().jobId() + " on "
                                    + seat.replica().spec(),
                            () -> over(CANCELLED));
            cancelLimit = limit;
            if (over.get()) {
                limit.cancel();
            }
        }
        return released();
    }

    /** What is known of the place that the stream had at the engine; never fails. */
    private CompletableFuture<CancelReceipt> released() {
        return stream.thenCompose(TokenStream::released)
                .exceptionally(failure -> CancelReceipt.unconfirmed("the adapter does not tell: " + failure));
    }

    /** What the engine has counted so far. */
    Usage usage() {
        TokenStream opened = stream.getNow(null);
        return opened == null ? Usage.UNKNOWN : opened.usage();
    }

    /** The engine took the task. */
    void started(TokenEvent.Started started) {
        engineVersion = started.details().engineVersion().orElse(null);
    }

    /** The first token came. */
    void spoke() {
        firstToken = run.elapsed();
    }

    /** The first output is about to be handed on: the task is repeated no more. */
    void settled() {
        run.dispatch().settled(this);
        run.report(TaskStage.STARTED, report -> {});
    }

    /** The replica's stream is over: once, whoever hears of it first. */
    void over(TokenEvent.Terminal terminal) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        TimeSource.Scheduled limit = cancelLimit;
        if (limit != null) {
            limit.cancel();
        }
        boolean placeIsFree = isFree(terminal);
        seat.replica().learn(terminal, failuresBefore, placeIsFree);
        run.dispatch().over(this, terminal, placeIsFree);
        seat.replica().left();
    }

    private boolean isFree(TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.End end) {
            return end.reason() != StopReason.CANCELLED || isProved();
        }
        return REFUSALS.contains(((TokenEvent.Error) terminal).error().code()) || isProved();
    }

    private boolean isProved() {
        CancelReceipt receipt = released().getNow(null);
        return receipt != null && receipt.outcome() == CancelReceipt.Outcome.SLOT_FREE;
    }

    /** Its place is kept until it is proved that the engine has let go, or for so long as policy says. */
    void quarantined(int since) {
        TimeSource.Scheduled timer = run.dispatch()
                .later(
                        run.settings().policies().admission().quarantine(),
                        "quarantine of a place on " + seat.replica().spec(),
                        () -> release(since));
        var unused = released().thenAccept(receipt -> {
            if (receipt.outcome() == CancelReceipt.Outcome.SLOT_FREE) {
                timer.cancel();
                release(since);
            }
        });
    }

    private void release(int since) {
        if (placeFree.compareAndSet(false, true)) {
            run.dispatch().release(seat, since);
        }
    }

    /** Tells where the task is. */
    void describe(TaskReport.Builder report) {
        report.attempt(number, seat.replica().spec());
        String version = engineVersion;
        if (version != null) {
            report.engineVersion(version);
        }
        Duration first = firstToken;
        if (first != null) {
            report.timeToFirstToken(first);
        }
    }

    /** How long the engine generated, by its own word or by the clock. */
    Optional<Duration> decodeTime(TokenEvent.Terminal terminal) {
        Optional<Duration> told =
                terminal instanceof TokenEvent.End end ? end.timings().generation() : Optional.empty();
        Duration first = firstToken;
        return told.isPresent() || first == null
                ? told
                : Optional.of(run.elapsed().minus(first));
    }
}
