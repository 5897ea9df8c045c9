package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.codec.RepeatableTask;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.JobPhase;
import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One task on its way through the engine: the model is checked if the task names one or has media, the task is sent, and
 * what comes back is fed to the emitter as it arrives.
 *
 * <p>Once the request is sent everything runs on the I/O thread, so there is no lock; only a cancel and a wish for more
 * events come from other threads, and they touch nothing but the call and the timer.
 */
final class CompletionRun implements StreamListener, EventFeed.Job {

    /** The longest that {@code Started} waits for the engine's version (EVT-07). */
    private static final Duration VERSION_WAIT = Duration.ofMillis(250);

    /** The longest that the rest of an answer is waited for that is no stream; what it is is known by its head. */
    private static final Duration ANSWER_WAIT = Duration.ofSeconds(5);

    private static final int OK = 200;

    private final TokenEmitter emitter;
    private final Engine engine;
    private final KnownFacts facts;
    private final Failures failures;
    private final JobRequest request;
    private final JobFingerprint fingerprint;
    private final EventFeed feed;
    private final Alarm alarm;

    private volatile JobPhase phase = JobPhase.UNSENT;
    private volatile @Nullable Call call;

    /** The answer, if it is no event stream. */
    private @Nullable OtherAnswer other;

    /** What came of the stream while the version was awaited. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);

    private boolean versionPending;
    private boolean streams;
    private boolean started;
    private boolean bodyEnded;

    private CompletionRun(TaskRequest given, TokenEmitter emitter, Engine engine) {
        TaskRequest task = RepeatableTask.complete(given);
        this.emitter = emitter;
        this.engine = engine;
        this.facts = engine.facts();
        this.failures = engine.failures();
        alarm = new Alarm(task.jobId(), engine.time());
        request = new JobRequest(task, engine);
        fingerprint = new JobFingerprint(task, engine);
        feed = new EventFeed(
                emitter,
                failures,
                request::reader,
                request.size(),
                new InlineWatch(emitter, engine.time()),
                fingerprint::atEnd,
                this);
    }

    /**
     * Begins a run; never blocks. All that can be wrong with the task or the credential shows here, before anything is
     * sent.
     *
     * @param task the task
     * @param emitter is fed
     * @param engine where it runs
     */
    static void begin(TaskRequest task, TokenEmitter emitter, Engine engine) {
        CompletionRun run;
        try {
            run = new CompletionRun(task, emitter, engine);
        } catch (WorkerException refusal) {
            emitter.refused(refusal.error());
            return;
        }
        run.begin(task);
    }

    private void begin(TaskRequest task) {
        emitter.onCancel(cause -> {
            long cancelled = engine.time().nanoTime();
            hangUp();
            // Only now: a call that was cancelled before it was told to be connected sends nothing any more.
            CompletionStage<CancelReceipt> proof =
                    engine.proofs().prove(request.mark(), feed.tokensFlow() ? JobPhase.STREAMING : phase, cancelled);
            proof.thenAccept(receipt -> request.over(receipt.outcome() != CancelReceipt.Outcome.SLOT_FREE));
            return proof;
        });
        emitter.onDemand(this::resume);
        FitCheck fit = new FitCheck(task, engine);
        Runnable send = RepeatableTask.is(task)
                ? () -> new Acquaintance(engine.queries(), facts).begin(this::send)
                : this::send;
        MediaCheck media = new MediaCheck(facts, failures);
        Runnable fitted = () -> fit.begin(send, emitter::refused);
        new ModelCheck(engine.queries(), facts, failures)
                .begin(task.model(), () -> media.begin(task.prompt(), fitted, emitter::refused), emitter::refused);
    }

    private void send() {
        if (emitter.ended()) {
            return;
        }
        boolean asks = facts.now().isEmpty() && facts.worthAsking();
        versionPending = asks; // before the request is on its way, and with it the I/O thread's turn
        Call running = engine.transport().stream(request.build(), this);
        reach(running);
        if (asks && !emitter.ended()) {
            facts.ask(new EngineQueries.Reply<>() {
                @Override
                public void answer(EngineFacts value) {
                    running.execute(CompletionRun.this::versionSettled);
                }

                @Override
                public void failure(WorkerError error) {
                    running.execute(CompletionRun.this::versionSettled);
                }
            });
        }
    }

    @Override
    public void onConnected(Call running) {
        phase = JobPhase.SENT;
        reach(running);
    }

    /** From here on the call can be cancelled and resumed; who ended the stream before this could not. */
    private void reach(Call running) {
        call = running;
        if (emitter.ended()) {
            running.cancel();
            request.over(phase != JobPhase.UNSENT);
        }
    }

    @Override
    public void ended(CompletionEvent last) {
        int held = Math.max(0, last.tokensEvaluated()) + Math.max(0, last.tokensPredicted());
        request.ended(last.slot(), held, last.cached());
    }

    @Override
    public void over(boolean mayWork) {
        request.over(mayWork);
        hangUp();
    }

    @Override
    public void onHead(ResponseHead head) {
        engine.lastBytes().came();
        streams = head.status() == OK && head.contentType().equals("text/event-stream");
        if (!streams) {
            OtherAnswer answer = new OtherAnswer(head, failures);
            other = answer;
            awaitAtMost(ANSWER_WAIT, "the end of an answer that is no stream", () -> refuse(answer));
            return;
        }
        phase = JobPhase.ACCEPTED;
        if (versionPending) {
            awaitAtMost(VERSION_WAIT, "the engine's version", this::versionSettled);
        } else {
            start();
        }
    }

    private void awaitAtMost(Duration wait, String what, Runnable otherwise) {
        Call running = call;
        if (running != null) {
            alarm.set(wait, what, running, otherwise);
        }
        if (emitter.ended()) {
            hangUp(); // who ended it may have stopped the alarm just before it was set
        }
    }

    @Override
    public boolean onBody(ByteBuffer bytes) {
        engine.lastBytes().came();
        byte[] array = bytes.array();
        int from = bytes.arrayOffset() + bytes.position();
        int to = from + bytes.remaining();
        if (started) {
            return feed.read(array, from, to);
        }
        OtherAnswer answer = other;
        if (answer == null) {
            held.write(array, from, to - from);
            return false;
        }
        boolean goOn = answer.take(array, from, to);
        if (!goOn) {
            refuse(answer);
        }
        return goOn;
    }

    @Override
    public void onEnd() {
        bodyEnded = true;
        OtherAnswer answer = other;
        if (answer != null) {
            refuse(answer);
        } else if (started) {
            cutCleanly();
        }
    }

    @Override
    public void onFailure(WireFailure failure) {
        versionSettled();
        if (emitter.ended()) {
            return;
        }
        OtherAnswer answer = other;
        if (answer != null && answer.refuses() && failure.kind() == WireFailure.Kind.RESET) {
            refuse(answer); // the status was told; its reason need not be whole
            return;
        }
        if (failure.kind() != WireFailure.Kind.INTERNAL) {
            facts.forget();
        }
        if (phase == JobPhase.UNSENT) {
            emitter.refused(failures.wire(failure)); // the engine has heard nothing of it
            over(false);
        } else {
            fail(failures.wire(failure));
        }
    }

    /** The version is known, or there is no more waiting for it. */
    private void versionSettled() {
        versionPending = false;
        if (!streams || started) {
            return;
        }
        start();
        byte[] waiting = held.toByteArray();
        held.reset();
        if (feed.read(waiting, 0, waiting.length)) {
            resume();
        }
        if (bodyEnded) {
            cutCleanly();
        }
    }

    private void start() {
        started = true;
        alarm.stop();
        StartDetails.Builder details = StartDetails.builder();
        EngineFacts known = facts.now().orElse(null);
        if (known != null && !known.version().isEmpty()) {
            details.engineVersion(known.version());
        }
        fingerprint.atStart().ifPresent(details::fingerprint);
        emitter.started(known == null ? "" : known.model(), details.build());
    }

    /** The body ended as HTTP wants it; that is a cut, unless the end marker came before (EVT-05). */
    private void cutCleanly() {
        if (!emitter.ended()) {
            facts.forget();
            fail(failures.cutCleanly());
        }
    }

    private void fail(WorkerError error) {
        emitter.error(error);
        over(true);
    }

    private void refuse(OtherAnswer answer) {
        if (answer.leavesNothing()) {
            emitter.refused(answer.error());
            over(false);
        } else {
            fail(answer.error());
        }
    }

    /** Closes the connection, also when the engine has nothing more to say that matters (EVT-10); on any thread. */
    private void hangUp() {
        Call running = call;
        if (running != null) {
            running.cancel();
        }
        alarm.stop();
    }

    /** The engine may be read again; on any thread. */
    private void resume() {
        Call running = call;
        if (running != null) {
            running.resume();
        }
    }
}
