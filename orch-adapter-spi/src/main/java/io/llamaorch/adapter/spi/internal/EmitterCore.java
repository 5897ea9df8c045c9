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
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state of one stream, and the adapter's door to it.
 *
 * <p>One word, the ledger, decides every race: it counts the events that were accepted and holds the seal that ends
 * them. An event is accepted by one compare-and-set on it, and so is the terminal, which thereby knows exactly how many
 * events come before it. Delivery is the {@link Claim}'s, the buffer between the two is {@link Backlog}'s, time is
 * {@link Watchdog}'s.
 */
public final class EmitterCore implements TokenEmitter {

    private static final long SEALED = Long.MIN_VALUE;
    private static final int PIECE_SHIFT = 32;
    private static final long EVENT = 1;
    private static final long PIECE = EVENT + (1L << PIECE_SHIFT);
    private static final Step.Listener UNWATCHED = step -> {};
    private static final VarHandle LEDGER;

    static {
        try {
            LEDGER = MethodHandles.lookup().findVarHandle(EmitterCore.class, "ledger", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

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
    private volatile Runnable whenEnded = () -> {};

    /** The seal in bit 63, the number of pieces in 62 to 32, the number of events in 31 to 0. */
    @SuppressWarnings("UnusedVariable") // by way of LEDGER
    private volatile long ledger;

    // Written by the producer only; a thread that ends the stream reads them after the ledger.
    private boolean started;
    private boolean counted;
    private int promptTokens = -1;
    private int cachedTokens = -1;
    private volatile int generatedTokens = -1; // written last and read first, so that the other two are seen with it
    private int toolCalls;
    private Timings timings = Timings.UNKNOWN;
    private char heldHalf;
    private Channel heldChannel = Channel.TEXT;

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
        this.watchdog = new Watchdog(time, limits, limit -> Expiry.end(this, limit, limits));
        this.backlog = new Backlog(watchdog, steps, this::fault);
        this.teardown = new Teardown(time, this.executor);
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
                        ErrorCode.POOL_UNAVAILABLE,
                        "the adapter for " + place() + " was closed while the job ran: submit it elsewhere"));
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
                        : WorkerError.builder(
                                        ErrorCode.INTERNAL,
                                        "the adapter for " + place() + " threw " + thrown + ": this is its fault")
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
        String whole = heldHalf == 0 ? text : rejoined(text, channel);
        if (whole.isEmpty()) {
            return !backlog.resting();
        }
        if (Character.isHighSurrogate(whole.charAt(whole.length() - 1))) {
            heldHalf = whole.charAt(whole.length() - 1);
            heldChannel = channel;
            whole = whole.substring(0, whole.length() - 1);
            if (whole.isEmpty()) {
                return !backlog.resting();
            }
        }
        if (!counted) {
            watchdog.feed();
        }
        return emit(new TokenEvent.Token(pieces(ledger), whole, channel, details), PIECE);
    }

    @Override
    public boolean toolCall(String id, String name, String argumentsJson) {
        if (ended()) {
            return false;
        }
        requireStarted();
        return emit(new TokenEvent.ToolCall(toolCalls++, id, name, argumentsJson), EVENT);
    }

    @Override
    public boolean progress(int processed, int total, int cached) {
        return emitStarted(new TokenEvent.Progress(processed, total, cached));
    }

    @Override
    public boolean metrics(Timings newTimings) {
        timings = Objects.requireNonNull(newTimings, "timings");
        return emitStarted(new TokenEvent.Metrics(usageSoFar(), newTimings));
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
            if (token.index() != pieces(ledger)) {
                throw new IllegalStateException(
                        "piece " + token.index() + " came when " + pieces(ledger) + " should have come");
            }
            watchdog.feed();
            return emit(token, PIECE);
        } else if (event instanceof TokenEvent.Started begun) {
            return start(begun);
        } else if (event instanceof TokenEvent.Queued) {
            if (started) {
                throw new IllegalStateException("the stream has started already: it does not queue any more");
            }
            return emit(event, EVENT);
        } else if (event instanceof TokenEvent.Error failure) {
            error(failure.error());
            return false;
        } else if (event instanceof TokenEvent.End end) {
            if (end.reason() != StopReason.CANCELLED && !ended()) {
                requireStarted();
            }
            seal(counts -> end, null);
            return false;
        } else {
            if (event instanceof TokenEvent.Metrics metrics) {
                Usage usage = metrics.usage();
                remember(
                        usage.prompt().orElse(-1),
                        usage.cached().orElse(-1),
                        usage.generated().orElse(-1));
                timings = metrics.timings();
            }
            return emitStarted(event);
        }
    }

    @Override
    public void usage(int prompt, int cached, int generated) {
        if (generated > Math.max(0, generatedTokens)) {
            counted = true;
            watchdog.feed();
        }
        remember(prompt, cached, generated);
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
        return seal(counts -> new TokenEvent.End(reason, usageSoFar(), newTimings, details), null);
    }

    @Override
    public boolean error(WorkerError error) {
        Objects.requireNonNull(error, "error");
        return seal(counts -> new TokenEvent.Error(complete(error, counts)), null);
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
    public boolean ended() {
        return ledger < 0;
    }

    /** Ends the stream by somebody's wish; says whether this did. */
    boolean cancel(CancelCause cause) {
        boolean drop = cause != CancelCause.UNCLAIMED && cause != CancelCause.STALLED;
        boolean won = seal(
                counts -> new TokenEvent.End(
                        StopReason.CANCELLED,
                        usageSoFar(),
                        timings,
                        EndDetails.builder().cancelCause(cause).build()),
                cause,
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
        return seal(counts -> new TokenEvent.Error(complete(error, counts)), cause);
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
        return terminal != null && (backlog.dropped() || backlog.taken() == events(ledger)) ? terminal : null;
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

    CompletionStage<CancelReceipt> released() {
        return teardown.released();
    }

    /** The engine and the replica, for messages. */
    String place() {
        return replica.isEmpty() ? engine : "replica " + replica + " (" + engine + ")";
    }

    int pieces() {
        return pieces(ledger);
    }

    private boolean start(TokenEvent.Started event) {
        if (ended()) {
            return false;
        }
        if (started) {
            throw new IllegalStateException("the stream has started already");
        }
        started = true;
        return emit(event, EVENT);
    }

    private boolean emitStarted(TokenEvent event) {
        if (ended()) {
            return false;
        }
        requireStarted();
        return emit(event, EVENT);
    }

    private void requireStarted() {
        if (!started) {
            throw new IllegalStateException("the stream has not started: call started first");
        }
    }

    private boolean emit(TokenEvent event, long count) {
        long before;
        do {
            before = ledger;
            if (before < 0) {
                return false;
            }
        } while (!LEDGER.compareAndSet(this, before, before + count));
        steps.at(Step.EVENT_NUMBERED);
        backlog.put(event);
        if (backlog.mayGoOn(events(before) + 1)) {
            return true;
        }
        if (backlog.overrun()) {
            fail(
                    CancelCause.FAULT,
                    WorkerError.of(
                            ErrorCode.INTERNAL,
                            "the adapter for " + place() + " goes on emitting although the emitter says false"
                                    + ": this is its fault"));
        }
        return false;
    }

    private boolean seal(Function<Long, TokenEvent.Terminal> terminal, @Nullable CancelCause cause) {
        return seal(terminal, cause, false);
    }

    /** Decides the end: the first to set the seal wins. Everything that others see happens after that. */
    private boolean seal(Function<Long, TokenEvent.Terminal> terminal, @Nullable CancelCause cause, boolean drop) {
        long before;
        do {
            before = ledger;
            if (before < 0) {
                return false;
            }
        } while (!LEDGER.compareAndSet(this, before, before | SEALED));
        if (drop) {
            backlog.drop();
        }
        steps.at(Step.SEALED);
        TokenEvent.Terminal event = terminal.apply(before);
        watchdog.stop();
        whenEnded.run();
        try {
            teardown.begin(event, cause);
        } finally {
            outcome.set(event, executor);
            backlog.ended();
        }
        return true;
    }

    private WorkerError complete(WorkerError error, long counts) {
        WorkerError.Builder complete = error.toBuilder().tokensDelivered(pieces(counts));
        if (error.engine().isEmpty()) {
            complete.engine(engine);
        }
        if (error.replica().isEmpty()) {
            complete.replica(replica);
        }
        if (error.usage().equals(Usage.UNKNOWN)) {
            complete.usage(usageSoFar());
        }
        return complete.build();
    }

    private Usage usageSoFar() {
        int generated = generatedTokens;
        return Usage.of(promptTokens, cachedTokens, generated);
    }

    private void remember(int prompt, int cached, int generated) {
        promptTokens = prompt;
        cachedTokens = cached;
        generatedTokens = generated;
    }

    private String rejoined(String text, Channel channel) {
        if (text.isEmpty()) {
            return text;
        }
        if (channel != heldChannel) {
            emitHeldHalf();
            return text;
        }
        String whole = heldHalf + text;
        heldHalf = 0;
        return whole;
    }

    private void emitHeldHalf() {
        if (heldHalf != 0) {
            String half = String.valueOf(heldHalf);
            heldHalf = 0;
            emit(new TokenEvent.Token(pieces(ledger), half, heldChannel, TokenDetails.NONE), PIECE);
        }
    }

    private static int pieces(long ledger) {
        return (int) ((ledger & ~SEALED) >>> PIECE_SHIFT);
    }

    private static long events(long ledger) {
        return ledger & 0xFFFF_FFFFL;
    }
}
