package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionRequest;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * One task on its way through the engine: the model is checked if the task names one, {@code POST /completion} is sent,
 * and what comes back is fed to the emitter as it arrives.
 *
 * <p>After {@link #begin} everything runs on the I/O thread, so there is no lock.
 */
final class CompletionRun implements StreamListener {

    /** The longest that {@code Started} waits for the engine's version (EVT-07). */
    private static final Duration VERSION_WAIT = Duration.ofMillis(250);

    /** How large one event may be; the prompt that old servers repeat in the last one comes on top (SEC-05). */
    private static final int EVENT_LIMIT = 1 << 20;

    /** How much of an answer that is no event stream is read (SEC-05). */
    private static final int ANSWER_LIMIT = 64 * 1024;

    /** A character of the prompt is at most so many bytes when the engine repeats it. */
    private static final int ECHO_FACTOR = 6;

    private static final int OK = 200;
    private static final String CANCEL_NOTE =
            "the connection is closed; this version does not look whether the slot is free";

    private final TaskRequest task;
    private final TokenEmitter emitter;
    private final Transport transport;
    private final EngineQueries queries;
    private final KnownFacts facts;
    private final Failures failures;
    private final LastBytes lastBytes;
    private final TimeSource time;
    private final byte[] body;
    private final CompletionEventReader reader = new CompletionEventReader(this::event);
    private final SseDecoder decoder;

    private volatile @Nullable Call call;
    private @Nullable ResponseHead head;
    private TimeSource.@Nullable Scheduled versionTimer;
    private boolean versionPending;
    private boolean started;
    private boolean goOn = true;

    /** The body of an answer that is no event stream, or what came of a stream before it could start. */
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(0);

    CompletionRun(
            TaskRequest task,
            TokenEmitter emitter,
            Transport transport,
            EngineQueries queries,
            KnownFacts facts,
            Failures failures,
            LastBytes lastBytes,
            TimeSource time) {
        this.task = task;
        this.emitter = emitter;
        this.transport = transport;
        this.queries = queries;
        this.facts = facts;
        this.failures = failures;
        this.lastBytes = lastBytes;
        this.time = time;
        this.body = CompletionRequest.body(task);
        this.decoder = new SseDecoder(
                reader, (int) Math.min(Integer.MAX_VALUE, EVENT_LIMIT + (long) ECHO_FACTOR * body.length));
    }

    /** Begins; never blocks. */
    void begin() {
        emitter.onCancel(cause -> {
            Call running = call;
            if (running != null) {
                running.cancel();
            }
            return CompletableFuture.completedStage(CancelReceipt.unconfirmed(CANCEL_NOTE));
        });
        emitter.onDemand(() -> {
            Call running = call;
            if (running != null) {
                running.resume();
            }
        });
        if (task.model().isEmpty()) {
            send();
        } else {
            facts.now().ifPresentOrElse(this::checkModel, () -> facts.ask(orFail(this::checkModel)));
        }
    }

    private void checkModel(EngineFacts known) {
        if (known.serves(task.model())) {
            send();
        } else {
            queries.modelNames(orFail(names -> {
                if (names.contains(task.model())) {
                    send();
                } else {
                    Set<String> served = new LinkedHashSet<>(known.properties().modelNames());
                    served.addAll(names);
                    emitter.error(failures.modelNotFound(task.model(), served));
                }
            }));
        }
    }

    private void send() {
        if (emitter.ended()) {
            return;
        }
        WireRequest request = queries.authorized(WireRequest.post("/completion"))
                .header("Accept", "text/event-stream")
                .body("application/json", body)
                .build();
        Call running = transport.stream(request, this);
        call = running;
        if (emitter.ended()) {
            running.cancel();
        } else if (facts.now().isEmpty() && facts.worthAsking()) {
            running.execute(() -> versionPending = true);
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
    public void onHead(ResponseHead answer) {
        lastBytes.came();
        head = answer;
        if (!isStream(answer)) {
            return;
        }
        if (versionPending) {
            versionTimer = time.schedule(VERSION_WAIT, () -> {
                Call running = call;
                if (running != null) {
                    running.execute(this::versionSettled);
                }
            });
        } else {
            start();
        }
    }

    @Override
    public boolean onBody(ByteBuffer bytes) {
        lastBytes.came();
        byte[] array = bytes.array();
        int from = bytes.arrayOffset() + bytes.position();
        int to = from + bytes.remaining();
        if (started) {
            return decode(array, from, to);
        }
        held.write(array, from, to - from);
        ResponseHead answer = head;
        if (answer != null && !isStream(answer) && held.size() >= ANSWER_LIMIT) {
            notAStream(answer);
        }
        return answer == null || !isStream(answer);
    }

    @Override
    public void onEnd() {
        ResponseHead answer = head;
        if (answer != null && !isStream(answer)) {
            notAStream(answer);
        } else {
            versionSettled();
            fail(failures.cutCleanly());
        }
    }

    @Override
    public void onFailure(WireFailure failure) {
        ResponseHead answer = head;
        if (answer != null && isStream(answer)) {
            versionSettled();
        }
        if (failure.kind() != WireFailure.Kind.INTERNAL) {
            facts.forget();
        }
        fail(failures.wire(failure));
    }

    /** The version is known, or there is no more waiting for it. */
    private void versionSettled() {
        versionPending = false;
        ResponseHead answer = head;
        if (answer == null || !isStream(answer) || started) {
            return;
        }
        start();
        byte[] waiting = held.toByteArray();
        held.reset();
        Call running = call;
        if (decode(waiting, 0, waiting.length) && running != null) {
            running.resume();
        }
    }

    private void start() {
        started = true;
        TimeSource.Scheduled timer = versionTimer;
        if (timer != null) {
            timer.cancel();
        }
        StartDetails.Builder details = StartDetails.builder();
        EngineFacts known = facts.now().orElse(null);
        if (known != null && !known.version().isEmpty()) {
            details.engineVersion(known.version());
        }
        goOn = emitter.started(known == null ? "" : known.model(), details.build());
    }

    private boolean decode(byte[] bytes, int from, int to) {
        goOn = true;
        try {
            decoder.feed(bytes, from, to);
        } catch (JacksonException e) {
            fail(failures.protocol(
                    "an event that is not JSON (" + e.getOriginalMessage() + ")", excerpt(bytes, from, to)));
        } catch (EventTooLargeException e) {
            fail(failures.protocol(e.getMessage() + ", which is too much", ""));
        }
        return goOn;
    }

    private boolean event(CompletionEvent event) {
        EngineError error = event.error();
        if (error != null) {
            fail(failures.inStream(error));
            return false;
        }
        emitter.usage(event.tokensEvaluated(), event.cached(), event.tokensPredicted());
        if (!event.content().isEmpty()) {
            goOn = emitter.token(event.content());
        }
        if (event.hasProgress()) {
            goOn = emitter.progress(event.progressProcessed(), event.progressTotal(), event.progressCached());
        }
        if (event.stop()) {
            end(event);
            return false;
        }
        if (event.hasTimings()) {
            goOn = emitter.metrics(event.timings());
        }
        return !emitter.ended();
    }

    private void end(CompletionEvent event) {
        EndDetails.Builder details = EndDetails.builder().slot(event.slot()).truncated(event.truncated());
        String stoppingWord = event.stoppingWord();
        if (stoppingWord != null) {
            details.stopString(stoppingWord);
        }
        emitter.end(event.stopReason(), event.timings(), details.build());
        letGo();
    }

    private void notAStream(ResponseHead answer) {
        byte[] said = held.toByteArray();
        if (answer.status() != OK) {
            fail(failures.answer(answer, said));
            return;
        }
        String type = answer.contentType().isEmpty() ? "no content type" : answer.contentType();
        fail(EngineError.in(said)
                .map(failures::inStream)
                .orElseGet(() -> failures.protocol(
                        (said.length == 0 ? "an empty body (" : "a body of another kind (") + type
                                + ") instead of an event stream",
                        excerpt(said, 0, said.length))));
    }

    private void fail(WorkerError error) {
        emitter.error(error);
        letGo();
    }

    /** The engine has nothing more to say that matters: its connection is closed at once (EVT-10). */
    private void letGo() {
        reader.close();
        Call running = call;
        if (running != null) {
            running.cancel();
        }
    }

    private <T> EngineQueries.Reply<T> orFail(Consumer<T> next) {
        return new EngineQueries.Reply<>() {
            @Override
            public void answer(T value) {
                next.accept(value);
            }

            @Override
            public void failure(WorkerError error) {
                emitter.error(error);
            }
        };
    }

    private static boolean isStream(ResponseHead answer) {
        return answer.status() == OK && answer.contentType().equals("text/event-stream");
    }

    private static String excerpt(byte[] bytes, int from, int to) {
        int most = Math.min(to, from + WorkerError.EXCERPT_LIMIT);
        return new String(bytes, from, most - from, StandardCharsets.UTF_8);
    }
}
