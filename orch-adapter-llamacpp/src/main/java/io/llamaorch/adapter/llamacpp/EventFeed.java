package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.codec.EventAssembler;
import io.llamaorch.adapter.llamacpp.internal.codec.EventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.codec.NoJsonException;
import io.llamaorch.adapter.llamacpp.internal.codec.ToolCall;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Feeds the emitter with what the engine streams, until the end marker, an error or nonsense comes.
 *
 * <p>Thread safety: belongs to the I/O thread.
 */
final class EventFeed {

    /** The job whose events these are. */
    interface Job {

        /**
         * The engine has ended it; told before the stream ends, so that whoever follows it finds what it left.
         *
         * @param last its last event, only valid during the call
         */
        void ended(CompletionEvent last);

        /**
         * It is over.
         *
         * @param mayWork whether the engine may still work for it
         */
        void over(boolean mayWork);
    }

    /** How much of one event is read, the prompt that old servers repeat in the last one left out (SEC-05). */
    private static final int EVENT_LIMIT = 1 << 20;

    /** How much of such a prompt is skipped beside what the request explains. */
    private static final int ECHO_LIMIT = 1 << 20;

    /** A byte of the request is at most so many bytes when the engine repeats it. */
    private static final int ECHO_FACTOR = 6;

    private final TokenEmitter emitter;
    private final Failures failures;
    private final InlineWatch watch;
    private final Function<CompletionEvent, Fingerprint> fingerprint;
    private final Job job;
    private final SseDecoder decoder;

    /** What the emitter said last: whether the engine should be read on. */
    private boolean goOn = true;

    private volatile boolean tokensFlow;

    /** What is known of tokens whose text the engine holds back, because a stop string may begin with it. */
    private TokenDetails held = TokenDetails.NONE;

    /**
     * Makes a feed at the start of a stream.
     *
     * @param emitter is fed; must have started before anything is read
     * @param failures how failures are told
     * @param form makes the reader of the events' form
     * @param requestSize how many bytes the request's body has
     * @param watch is told how long each reading takes
     * @param fingerprint gives what the answer depended on, from its last event
     * @param job is told when this feed has ended the stream
     */
    EventFeed(
            TokenEmitter emitter,
            Failures failures,
            Function<EventReader.Listener, EventReader> form,
            int requestSize,
            InlineWatch watch,
            Function<CompletionEvent, Fingerprint> fingerprint,
            Job job) {
        this.emitter = emitter;
        this.failures = failures;
        this.watch = watch;
        this.fingerprint = fingerprint;
        this.job = job;
        long echo = ECHO_LIMIT + (long) ECHO_FACTOR * requestSize;
        EventAssembler assembler = new EventAssembler(form.apply(this::event), EVENT_LIMIT, toInt(echo));
        this.decoder = new SseDecoder(assembler, toInt(EVENT_LIMIT + echo));
    }

    private static int toInt(long limit) {
        return (int) Math.min(Integer.MAX_VALUE, limit);
    }

    /** Reads on; says whether the engine should be read on too. */
    boolean read(byte[] bytes, int from, int to) {
        goOn = true;
        long begun = watch.begin();
        try {
            decoder.feed(bytes, from, to);
        } catch (NoJsonException e) {
            fail(failures.protocol(
                    "an event that is not JSON (" + e.getMessage() + ")",
                    new String(bytes, from, to - from, StandardCharsets.UTF_8)));
        } catch (EventTooLargeException e) {
            fail(failures.protocol(e.getMessage() + ", which is too much", ""));
        }
        watch.end(begun);
        return goOn;
    }

    /** Whether anything that was generated has come, and not just prompt progress or keep-alive comments; on any thread. */
    boolean tokensFlow() {
        return tokensFlow;
    }

    private boolean event(CompletionEvent event) {
        EngineError error = event.error();
        if (error != null) {
            if (error.isTheEnginesOwn()) {
                emitter.refused(failures.inStream(error)); // it has ended the job itself
                job.over(false);
            } else {
                fail(failures.inStream(error));
            }
            return false;
        }
        if (!tokensFlow && tells(event)) {
            tokensFlow = true;
        }
        emitter.usage(event.tokensEvaluated(), event.cached(), event.tokensPredicted());
        if (event.details() != TokenDetails.NONE) {
            held = held == TokenDetails.NONE ? event.details() : joined(held, event.details());
        }
        if (!event.reasoning().isEmpty()) {
            token(event.reasoning(), Channel.REASONING);
        }
        if (!event.content().isEmpty()) {
            token(event.content(), Channel.TEXT);
        }
        if (!event.toolCalls().isEmpty()) {
            event.toolCalls().forEach(this::toolCall);
        }
        String fault = event.fault();
        if (fault != null) {
            fail(failures.protocol(fault, ""));
            return false;
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

    private void token(String text, Channel channel) {
        goOn = emitter.token(text, channel, held);
        held = TokenDetails.NONE;
    }

    private void toolCall(ToolCall call) {
        goOn = emitter.toolCall(call.id(), call.name(), call.argumentsJson());
    }

    private static TokenDetails joined(TokenDetails first, TokenDetails second) {
        List<Integer> ids = new ArrayList<>(first.ids());
        ids.addAll(second.ids());
        return TokenDetails.of(
                ids,
                first.logProbability().orElse(Double.NaN)
                        + second.logProbability().orElse(Double.NaN),
                second.alternatives());
    }

    private static boolean tells(CompletionEvent event) {
        return event.tokensPredicted() > 0
                || !event.content().isEmpty()
                || !event.reasoning().isEmpty();
    }

    private void end(CompletionEvent event) {
        EndDetails.Builder details = EndDetails.builder()
                .slot(event.slot())
                .truncated(event.truncated())
                .fingerprint(fingerprint.apply(event));
        String stoppingWord = event.stoppingWord();
        if (stoppingWord != null) {
            details.stopString(stoppingWord);
        }
        job.ended(event);
        emitter.end(event.stopReason(), event.timings(), details.build());
        job.over(false);
    }

    private void fail(WorkerError error) {
        emitter.error(error);
        job.over(true);
    }
}
