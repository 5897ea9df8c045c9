package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of one stream, and the adapter's door to it.
 *
 * <p>The {@link Ledger} decides every race between events and what ends them. Delivery is the {@link Claim}'s, the buffer
 * between the two is the {@link Backlog}'s, time is the {@link Watchdog}'s, letting go of the engine the
 * {@link Teardown}'s.
 */
public final class EmitterCore implements TokenEmitter {

    private static final Step.Listener UNWATCHED = step -> {};

    private final String jobId;
    private final String engine;
    private final String replica;
    private final Executor executor;
    private final Step.Listener steps;
    private final Watchdog watchdog;
    private final Backlog backlog;
    private final Teardown teardown;
    private final LazyStage<TokenEvent.Terminal> outcome = new LazyStage<>();
    private final TokenStream stream;
    private final Ledger ledger = new Ledger();
    private final Tally tally = new Tally();
    private final HalfCharacter half = new HalfCharacter();
    private volatile Runnable whenEnded = () -> {};

    // Written by the producer only.
    private boolean started;
    private boolean counted;
    private int toolCalls;

    /**
     * Makes a stream that nothing watches yet; see {@link #watch}.
     *
     * @param jobId the job
     * @param engine the engine's name, for events and errors
     * @param replica the replica, for the same
     * @param limits the time limits
     * @param executor where foreign code may run
     * @param time the clock
     */
    public EmitterCore(
            String jobId, String engine, String replica, StreamLimits limits, Executor executor, TimeSource time) {
        this(jobId, engine, replica, limits, executor, time, UNWATCHED);
    }

    EmitterCore(
            String jobId,
            String engine,
            String replica,
            StreamLimits limits,
            Executor executor,
            TimeSource time,
            Step.Listener steps) {
        this.jobId = jobId;
        this.engine = engine;
        this.replica = replica;
        this.executor = Deliveries.orShared(executor);
        this.steps = steps;
        String job = "job " + jobId + (engine.isEmpty() ? "" : " (" + engine + ")");
        this.watchdog = new Watchdog(job, time, limits, limit -> Expiry.end(this, limit, limits));
        this.backlog = new Backlog(watchdog, steps, this::fault);
        this.teardown = new Teardown(job, time, this.executor);
        this.stream = new StreamHandle(this);
    }

    /**
     * Begins to keep the time limits.
     *
     * @param deadline the task's deadline, counted from when this was made
     */
    public void watch(Optional<Duration> deadline) {
        watchdog.start(deadline.orElse(null));
    }

    /**
     * Sets what is called once the stream has its terminal event, before anybody else is told.
     *
     * @param callback must be short and must not block
     */
    public void whenEnded(Runnable callback) {
        whenEnded = callback;
    }

    /** Ends the stream because its adapter is being closed. */
    public void closeBecauseAdapterCloses() {
        fail(
                CancelCause.CLOSED,
                WorkerError.of(
                        ErrorCode.POOL_UNAVAILABLE, owner() + " was closed while the job ran: submit it elsewhere"));
    }

    /**
     * Ends the stream because the adapter threw.
     *
     * @param thrown what it threw
     */
    public void fault(Throwable thrown) {
        fail(
                CancelCause.FAULT,
                thrown instanceof WorkerException known
                        ? known.error()
                        : WorkerError.builder(ErrorCode.INTERNAL, owner() + " threw " + thrown + ": this is its fault")
                                .cause(thrown)
                                .build());
    }

    @Override
    public String jobId() {
        return jobId;
    }

    @Override
    public TokenStream stream() {
        return stream;
    }

    @Override
    public boolean started(String model, StartDetails details) {
        StartDetails complete = details.replica().isEmpty() && !replica.isEmpty()
                ? details.toBuilder().replica(replica).build()
                : details;
        return start(new TokenEvent.Started(jobId, engine, model, complete));
    }

    @Override
    public boolean token(String text, Channel channel, TokenDetails details) {
        if (ended()) {
            return false;
        }
        requireStarted();
        String piece = half.hold(half.isHeld() ? rejoined(text, channel) : text, channel);
        if (piece.isEmpty()) {
            return !backlog.resting();
        }
        if (!counted) {
            watchdog.feed();
        }
        return emit(new TokenEvent.Token(ledger.pieces(), piece, channel, details), true);
    }

    @Override
    public boolean toolCall(String id, String name, String argumentsJson) {
        if (ended()) {
            return false;
        }
        requireStarted();
        return emit(new TokenEvent.ToolCall(toolCalls++, id, name, argumentsJson), false);
    }

    @Override
    public boolean progress(int processed, int total, int cached) {
        return emitStarted(new TokenEvent.Progress(processed, total, cached));
    }

    @Override
    public boolean metrics(Timings newTimings) {
        tally.time(Objects.requireNonNull(newTimings, "timings"));
        return emitStarted(new TokenEvent.Metrics(tally.usage(), newTimings));
    }

    @Override
    public boolean extension(String name, String json) {
        return emitStarted(new TokenEvent.Extension(name, json));
    }

    @Override
    public boolean forward(TokenEvent event) {
        Objects.requireNonNull(event, "event");
        if (event instanceof TokenEvent.Token token) {
            if (ended()) {
                return false;
            }
            requireStarted();
            if (token.index() != ledger.pieces()) {
                throw new IllegalStateException(
                        "piece " + token.index() + " came when " + ledger.pieces() + " should have come");
            }
            watchdog.feed();
            return emit(token, true);
        } else if (event instanceof TokenEvent.Started begun) {
            return start(begun);
        } else if (event instanceof TokenEvent.Queued) {
            if (started) {
                throw new IllegalStateException("the stream has started already: it does not queue any more");
            }
            return emit(event, false);
        } else if (event instanceof TokenEvent.Error failure) {
            seal(() -> new TokenEvent.Error(complete(failure.error())), () -> teardown.askIfHeard(CancelCause.FAULT));
            return false;
        } else if (event instanceof TokenEvent.End end) {
            forward(end);
            return false;
        } else {
            if (event instanceof TokenEvent.Metrics metrics) {
                Usage usage = metrics.usage();
                tally.count(
                        usage.prompt().orElse(-1),
                        usage.cached().orElse(-1),
                        usage.generated().orElse(-1));
                tally.time(metrics.timings());
            }
            return emitStarted(event);
        }
    }

    private void forward(TokenEvent.End end) {
        if (end.reason() == StopReason.CANCELLED) {
            CancelCause cause = end.details().cancelCause().orElse(CancelCause.CALLER);
            seal(() -> end, () -> teardown.askIfHeard(cause));
            return;
        }
        if (!ended()) {
            requireStarted();
        }
        seal(() -> end, teardown::nothingLeft);
    }

    @Override
    public void usage(int prompt, int cached, int generated) {
        if (tally.count(prompt, cached, generated)) {
            counted = true;
            watchdog.feed();
        }
    }

    @Override
    public void usageFrom(Supplier<Usage> source) {
        tally.askFrom(Objects.requireNonNull(source, "source"));
        if (outcome.get() != null) {
            tally.askFrom(null);
        }
    }

    @Override
    public boolean end(StopReason reason, Timings newTimings, EndDetails details) {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(newTimings, "timings");
        Objects.requireNonNull(details, "details");
        if (reason == StopReason.CANCELLED) {
            throw new IllegalArgumentException("an engine does not end with CANCELLED: cancel the stream");
        }
        if (ended()) {
            return false;
        }
        requireStarted();
        emitHeldHalf();
        return seal(() -> new TokenEvent.End(reason, tally.usage(), newTimings, details), teardown::nothingLeft);
    }

    @Override
    public boolean error(WorkerError error) {
        Objects.requireNonNull(error, "error");
        return seal(() -> new TokenEvent.Error(complete(error)), teardown::nothingKnown);
    }

    @Override
    public boolean refused(WorkerError error) {
        Objects.requireNonNull(error, "error");
        return seal(() -> new TokenEvent.Error(complete(error)), teardown::nothingLeft);
    }

    @Override
    public void onDemand(Runnable callback) {
        backlog.onDemand(Objects.requireNonNull(callback, "callback"));
    }

    @Override
    public void onCancel(Function<CancelCause, CompletionStage<CancelReceipt>> callback) {
        teardown.handler(Objects.requireNonNull(callback, "callback"));
    }

    @Override
    public boolean awaitDemand() throws InterruptedException {
        return backlog.await(this);
    }

    @Override
    public Optional<Class<?>> inlineSubscriber() {
        return backlog.claim() instanceof SubscriberClaim claim ? claim.inlineSubscriber() : Optional.empty();
    }

    @Override
    public boolean ended() {
        return ledger.sealed();
    }

    /** Ends the stream by somebody's wish; says whether this did. */
    boolean cancel(CancelCause cause) {
        boolean drop = cause != CancelCause.UNCLAIMED && cause != CancelCause.STALLED;
        boolean won = seal(
                () -> new TokenEvent.End(
                        StopReason.CANCELLED,
                        tally.usage(),
                        tally.timings(),
                        EndDetails.builder().cancelCause(cause).build()),
                () -> teardown.ask(cause),
                drop);
        steps.at(Step.CANCEL_DECIDED);
        return won;
    }

    /** Cancels, and tells when that is accepted and settled. */
    Cancellation cancelByCaller() {
        if (!cancel(CancelCause.CALLER)) {
            return Cancellation.notRunning();
        }
        LazyStage<Cancellation.Answer> accepted = new LazyStage<>();
        Claim claim = backlog.claim();
        if (claim == null) {
            accepted.set(Cancellation.Answer.ACCEPTED, executor);
        } else {
            claim.whenQuiet(() -> accepted.set(Cancellation.Answer.ACCEPTED, executor));
        }
        return Cancellation.of(accepted.stage(), released());
    }

    /** Ends the stream as failed by something other than the engine. */
    boolean fail(CancelCause cause, WorkerError error) {
        return seal(() -> new TokenEvent.Error(complete(error)), () -> teardown.ask(cause));
    }

    /** Gives the stream to its consumer; false if it has one. */
    boolean claimFor(Claim claim) {
        if (!backlog.claimFor(claim)) {
            return false;
        }
        watchdog.claim();
        return true;
    }

    /** The terminal event, once all before it have been taken, or are dropped; else null. */
    TokenEvent.@Nullable Terminal terminalIfNext() {
        TokenEvent.Terminal terminal = outcome.get();
        return terminal != null && (backlog.dropped() || backlog.taken() == ledger.events()) ? terminal : null;
    }

    Backlog backlog() {
        return backlog;
    }

    Executor executor() {
        return executor;
    }

    Step.Listener steps() {
        return steps;
    }

    CompletionStage<TokenEvent.Terminal> outcome() {
        return outcome.stage();
    }

    /** What the terminal event says is counted, or would say if it came now. */
    Usage usage() {
        TokenEvent.Terminal terminal = outcome.get();
        if (terminal instanceof TokenEvent.End end) {
            return end.usage();
        }
        return terminal instanceof TokenEvent.Error failure ? failure.error().usage() : tally.usage();
    }

    CompletionStage<CancelReceipt> released() {
        return teardown.released();
    }

    /** The engine and the replica, for messages. */
    String place() {
        return replica.isEmpty() ? engine : "replica " + replica + " (" + engine + ")";
    }

    private String owner() {
        return engine.isEmpty() ? "the host" : "the adapter for " + place();
    }

    int pieces() {
        return ledger.pieces();
    }

    private boolean start(TokenEvent.Started event) {
        if (ended()) {
            return false;
        }
        if (started) {
            throw new IllegalStateException("the stream has started already");
        }
        started = true;
        return emit(event, false);
    }

    private boolean emitStarted(TokenEvent event) {
        if (ended()) {
            return false;
        }
        requireStarted();
        return emit(event, false);
    }

    private void requireStarted() {
        if (!started) {
            throw new IllegalStateException("the stream has not started: call started first");
        }
    }

    private boolean emit(TokenEvent event, boolean piece) {
        long events = ledger.accept(piece);
        if (events == 0) {
            return false;
        }
        steps.at(Step.EVENT_NUMBERED);
        backlog.put(event);
        if (backlog.mayGoOn(events)) {
            return true;
        }
        if (backlog.overrun()) {
            fail(
                    CancelCause.FAULT,
                    WorkerError.of(
                            ErrorCode.INTERNAL,
                            owner() + " goes on emitting although the emitter says false" + ": this is its fault"));
        }
        return false;
    }

    private boolean seal(Supplier<TokenEvent.Terminal> terminal, Runnable letGo) {
        return seal(terminal, letGo, false);
    }

    /**
     * Decides the end: the first to set the seal wins, and only what it says counts. Everything that others see happens
     * after that.
     */
    private boolean seal(Supplier<TokenEvent.Terminal> terminal, Runnable letGo, boolean drop) {
        if (!ledger.seal()) {
            return false;
        }
        if (drop) {
            backlog.drop();
        }
        steps.at(Step.SEALED);
        TokenEvent.Terminal event = terminal.get();
        whenEnded.run();
        try {
            letGo.run(); // the engine first: it works until it knows
        } finally {
            watchdog.stop();
            outcome.set(event, executor);
            tally.askFrom(null);
            backlog.ended();
        }
        return true;
    }

    private WorkerError complete(WorkerError error) {
        WorkerError.Builder complete = error.toBuilder().tokensDelivered(ledger.pieces());
        if (error.engine().isEmpty()) {
            complete.engine(engine);
        }
        if (error.replica().isEmpty()) {
            complete.replica(replica);
        }
        if (error.usage().equals(Usage.UNKNOWN)) {
            complete.usage(tally.usage());
        }
        return complete.build();
    }

    private String rejoined(String text, Channel channel) {
        if (text.isEmpty()) {
            return text;
        }
        if (channel != half.channel()) {
            emitHeldHalf();
            return text;
        }
        return half.release() + text;
    }

    private void emitHeldHalf() {
        if (half.isHeld()) {
            emit(new TokenEvent.Token(ledger.pieces(), half.release(), half.channel(), TokenDetails.NONE), true);
        }
    }
}
