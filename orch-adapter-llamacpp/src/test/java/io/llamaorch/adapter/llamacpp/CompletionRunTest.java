package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The run's hand-shakes, step by step: what a socket would only do by chance. */
@NoLeaks
class CompletionRunTest {

    private static final String PROPS = "{\"build_info\":\"v1\",\"model_alias\":\"m\"}";
    private static final String END = "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n";
    private static final Duration VERSION_WAIT = Duration.ofMillis(250);

    /** Writes down what it hears; asks for what it is told to ask for. */
    private static final class Subscriber implements NonBlockingSubscriber {
        private final List<TokenEvent> events = new ArrayList<>();
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(TokenEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {}
    }

    private final FakeTransport transport = new FakeTransport();
    private final ManualTime time = new ManualTime();
    private TimeSource clock = time;
    private final AdapterConfig config = AdapterConfig.builder()
            .timeSource(time)
            .deliveryExecutor(Runnable::run)
            .build();
    private final RunningStreams streams = RunningStreams.create("llamacpp", config, StreamLimits.DEFAULT);
    private Optional<Secret> token = Optional.empty();
    private final Subscriber subscriber = new Subscriber();
    private KnownFacts facts;
    private TokenStream stream;

    @AfterEach
    void nothingWaits() {
        streams.close();
        assertEquals(0, time.waiting(), "timers that wait");
    }

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once").jobId("job-1");
    }

    private void submit(TaskRequest task, long demand) {
        Failures failures = new Failures("http://engine-1:8080", token);
        EngineQueries queries =
                new EngineQueries(transport, token, failures, Duration.ofSeconds(5), Duration.ofSeconds(5));
        if (facts == null) {
            facts = new KnownFacts(queries, time);
        }
        LastBytes lastBytes = new LastBytes(time, Duration.ofSeconds(30));
        CancelProofs proofs = new CancelProofs(queries, facts, time);
        Engine engine = new Engine(transport, queries, facts, failures, lastBytes, proofs, clock);
        stream = streams.open(task, emitter -> CompletionRun.begin(task, emitter, engine));
        stream.subscribe(subscriber);
        if (demand > 0) {
            subscriber.subscription.request(demand);
        }
    }

    private void submit() {
        submit(task().build(), Long.MAX_VALUE);
    }

    private void submitKnowing() {
        facts = new KnownFacts(
                new EngineQueries(
                        transport, token, new Failures("x", token), Duration.ofSeconds(5), Duration.ofSeconds(5)),
                time);
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        submit(task().build(), Long.MAX_VALUE);
    }

    private static ResponseHead head(int status, String type) {
        return new ResponseHead(status, List.of(new ResponseHead.Field("Content-Type", type)));
    }

    private static void streamHead(StreamListener listener) {
        listener.onHead(head(200, "text/event-stream"));
    }

    private static boolean body(StreamListener listener, String text) {
        return listener.onBody(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String tokens(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "data: {\"content\":\"" + i + " \",\"tokens_predicted\":" + (i + 1) + "}\n\n")
                .collect(Collectors.joining());
    }

    private String text() {
        return subscriber.events.stream()
                .filter(TokenEvent.Token.class::isInstance)
                .map(event -> ((TokenEvent.Token) event).text())
                .collect(Collectors.joining());
    }

    private TokenEvent.Started started() {
        return (TokenEvent.Started) subscriber.events.get(0);
    }

    private TokenEvent last() {
        return subscriber.events.get(subscriber.events.size() - 1);
    }

    private StopReason reason() {
        return ((TokenEvent.End) last()).reason();
    }

    private ErrorCode code() {
        return ((TokenEvent.Error) last()).error().code();
    }

    @Test
    void version_known_startsAtTheHead() {
        submitKnowing();
        streamHead(transport.listener());
        assertEquals("m", started().model());
        assertEquals(Optional.of("v1"), started().details().engineVersion());
        assertEquals(List.of(), transport.questions());
        assertTrue(body(transport.listener(), tokens(0, 2)));
        assertEquals("0 1 ", text());
        body(transport.listener(), END);
        assertEquals(StopReason.END_OF_TEXT, reason());
        assertTrue(transport.call().cancelled(), "EVT-10");
    }

    @Test
    void version_toldAfterTheFirstBytes_isInStartedAndNothingIsLost() {
        submit();
        streamHead(transport.listener());
        assertFalse(body(transport.listener(), tokens(0, 2)), "rests while it waits");
        assertFalse(body(transport.listener(), tokens(2, 3)), "one read may come in pieces");
        assertEquals(List.of(), subscriber.events);
        transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), started().details().engineVersion());
        assertEquals("0 1 2 ", text());
        assertEquals(1, transport.call().resumes());
        assertTrue(body(transport.listener(), tokens(3, 4)));
        body(transport.listener(), END);
        assertEquals("0 1 2 3 ", text());
    }

    @Test
    void version_toldBeforeTheHead_isInStarted() {
        submit();
        transport.question(0).answer(200, PROPS);
        streamHead(transport.listener());
        assertEquals(Optional.of("v1"), started().details().engineVersion());
    }

    @Test
    void version_notToldInTime_isUnknownAndNothingIsLost() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 2));
        time.advance(VERSION_WAIT.minusNanos(1));
        assertEquals(List.of(), subscriber.events);
        time.advance(Duration.ofNanos(1));
        assertEquals(Optional.empty(), started().details().engineVersion());
        assertEquals("", started().model());
        assertEquals("0 1 ", text());
        transport.question(0).answer(200, PROPS);
        assertEquals(1, transport.call().resumes());
        body(transport.listener(), END);
        assertEquals(StopReason.END_OF_TEXT, reason());
    }

    @Test
    void version_refused_isUnknownAtOnce() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 1));
        transport.question(0).answer(404, "");
        assertEquals(Optional.empty(), started().details().engineVersion());
        assertEquals("0 ", text());
    }

    /** A short answer is here whole before the properties are. */
    @Test
    void stream_thatEndsBeforeTheVersionIsTold_stillWaitsForIt() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 1) + END);
        transport.listener().onEnd();
        assertEquals(List.of(), subscriber.events);
        transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), started().details().engineVersion());
        assertEquals("0 ", text());
        assertEquals(StopReason.END_OF_TEXT, reason());
        assertTrue(facts.now().isPresent());
    }

    @Test
    void stream_thatIsCutCleanlyBeforeTheVersionIsTold_isCut() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 2));
        transport.listener().onEnd();
        transport.question(0).answer(200, PROPS);
        assertEquals("0 1 ", text());
        assertEquals(ErrorCode.WORKER_RESET, code());
        assertEquals(2, ((TokenEvent.Error) last()).error().tokensDelivered());
        assertEquals(Optional.empty(), facts.now(), "asked again: it may be another engine");
    }

    @Test
    void stream_thatBreaksBeforeTheVersionIsTold_deliversWhatCame() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 2));
        transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertEquals("0 1 ", text());
        assertEquals(ErrorCode.WORKER_RESET, code());
    }

    @Test
    void cancel_whileTheVersionIsAwaited_leavesNoTimer() {
        submit();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 2));
        assertEquals(StopReason.CANCELLED, cancelled());
        assertEquals(0, time.waiting());
        transport.question(0).answer(200, PROPS);
        assertEquals(1, subscriber.events.size());
    }

    /** Whoever cancels stops the timer, if it is there; this one comes just before. */
    @Test
    void cancel_justBeforeTheTimerIsThere_leavesNoTimer() {
        clock = new TimeSource() {
            @Override
            public long nanoTime() {
                return time.nanoTime();
            }

            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
                stream.cancel();
                return time.schedule(delay, task);
            }
        };
        submit();
        streamHead(transport.listener());
        assertEquals(StopReason.CANCELLED, reason());
        assertEquals(0, time.waiting());
    }

    private StopReason cancelled() {
        stream.cancel();
        assertTrue(transport.call().cancelled());
        return reason();
    }

    @Test
    void cancel_beforeTheHead_closesTheCall() {
        submit();
        assertEquals(StopReason.CANCELLED, cancelled());
        assertEquals(1, subscriber.events.size());
    }

    /** The I/O thread may be quick, and the submitting one be held up just after its request was sent. */
    @Test
    void answer_thatOvertakesSubmit_isStreamedInFull() {
        transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            streamHead(listener);
            body(listener, tokens(0, 3) + END);
        });
        submit();
        transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), started().details().engineVersion());
        assertEquals("0 1 2 ", text());
        assertTrue(transport.call().cancelled());
    }

    @Test
    void demand_thatOvertakesSubmit_isNotLost() {
        transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            streamHead(listener);
            assertFalse(body(listener, tokens(0, 40)));
        });
        facts = new KnownFacts(
                new EngineQueries(
                        transport, token, new Failures("x", token), Duration.ofSeconds(5), Duration.ofSeconds(5)),
                time);
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        submit(task().build(), 40);
        assertEquals(1, transport.call().resumes());
    }

    @Test
    void failure_thatOvertakesSubmit_closesTheCall() {
        transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            streamHead(listener);
            body(listener, "data: nonsense\n\n");
        });
        submit();
        transport.question(0).answer(200, PROPS);
        assertEquals(ErrorCode.PROTOCOL, code());
        assertTrue(transport.call().cancelled());
    }

    @Test
    void demand_missing_restsAndGoesOn() {
        submit(task().build(), 0);
        transport.question(0).answer(200, PROPS);
        streamHead(transport.listener());
        assertTrue(body(transport.listener(), tokens(0, 30)));
        assertFalse(body(transport.listener(), tokens(30, 31)), "Started and 31 tokens wait");
        assertFalse(body(transport.listener(), tokens(31, 50)), "what the same read brought");
        subscriber.subscription.request(42);
        assertEquals(0, transport.call().resumes(), "nine still wait");
        subscriber.subscription.request(1);
        assertEquals(1, transport.call().resumes());
        assertTrue(body(transport.listener(), tokens(50, 60)));
        subscriber.subscription.request(100);
        body(transport.listener(), END);
        assertEquals(IntStream.range(0, 60).mapToObj(i -> i + " ").collect(Collectors.joining()), text());
        assertEquals(StopReason.END_OF_TEXT, reason());
    }

    @Test
    void demand_missingWhileTheVersionIsAwaited_restsOnAfterwards() {
        submit(task().build(), 0);
        streamHead(transport.listener());
        assertFalse(body(transport.listener(), tokens(0, 40)));
        transport.question(0).answer(200, PROPS);
        assertEquals(0, transport.call().resumes());
        subscriber.subscription.request(40);
        assertEquals(1, transport.call().resumes());
    }

    @Test
    void events_afterTheEndMarker_areIgnored() {
        submitKnowing();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 1) + END + tokens(1, 2) + "data: nonsense\n\n");
        assertEquals("0 ", text());
        assertEquals(StopReason.END_OF_TEXT, reason());
    }

    @Test
    void finalEvent_withText_deliversItFirst() {
        submitKnowing();
        streamHead(transport.listener());
        body(transport.listener(), "data: {\"content\":\"tail\",\"stop\":true,\"stop_type\":\"limit\"}\n\n");
        assertEquals("tail", text());
        assertEquals(StopReason.LIMIT, reason());
    }

    @Test
    void event_endless_endsAsProtocol() {
        submitKnowing();
        streamHead(transport.listener());
        body(transport.listener(), "data: {\"content\":\"");
        String more = "x".repeat(16 * 1024);
        for (int i = 0; i < 200 && !transport.call().cancelled(); i++) {
            body(transport.listener(), more);
        }
        assertEquals(ErrorCode.PROTOCOL, code());
    }

    @Test
    void answer_thatIsNoStream_isReadNoFurtherThanItsLimit() {
        submit();
        transport.listener().onHead(head(400, "text/html"));
        String part = "x".repeat(16 * 1024 - 1);
        int read = 0;
        while (body(transport.listener(), part)) {
            read += part.length();
        }
        assertTrue(read < 64 * 1024, "read " + read);
        assertEquals(ErrorCode.INVALID_PARAMS, code());
        assertTrue(transport.call().cancelled());
    }

    @ParameterizedTest
    @CsvSource({"401, UNAUTHORIZED", "503, POOL_UNREADY", "200, WORKER_RESET"})
    void answer_thatIsCutAfterItsStatus_isWhatTheStatusSays(int status, ErrorCode code) {
        submit();
        transport.listener().onHead(head(status, "application/json"));
        body(transport.listener(), "{\"error\":{\"mess");
        transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertEquals(code, code());
    }

    @Test
    void facts_areForgottenAfterACut_andKeptAfterAnEnd() {
        submitKnowing();
        streamHead(transport.listener());
        body(transport.listener(), tokens(0, 1) + END);
        assertTrue(facts.now().isPresent());
        facts = null;
        subscriber.events.clear();
        submitKnowing();
        streamHead(transport.listener());
        transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertFalse(facts.now().isPresent());
    }

    @Test
    void facts_thatCouldNotBeRead_areNotAwaitedByTheNextStream() {
        submit();
        transport.question(0).fail(WireFailure.Kind.TIMEOUT);
        stream.cancel();
        subscriber.events.clear();
        submit(task().jobId("job-2").build(), Long.MAX_VALUE);
        assertEquals(1, transport.questions().size());
        streamHead(transport.listener());
        assertTrue(started().details().engineVersion().isEmpty());
    }

    @Test
    void model_served_isAskedForBeforeAnythingIsSent() {
        submit(task().model("m").build(), 9);
        assertEquals(List.of(), transport.streamed());
        transport.question(0).answer(200, PROPS);
        assertEquals(1, transport.streamed().size());
        assertEquals(1, transport.questions().size());
        streamHead(transport.listener());
        assertEquals("m", started().model());
    }

    @Test
    void model_servedUnderAnotherAlias_isFoundInTheList() {
        submit(task().model("other").build(), 9);
        transport.question(0).answer(200, PROPS);
        assertEquals("/v1/models", transport.question(1).request().path());
        transport.question(1).answer(200, "{\"data\":[{\"id\":\"m\",\"aliases\":[\"other\"]}]}");
        assertEquals(1, transport.streamed().size());
    }

    @Test
    void model_notServed_isNotFound() {
        submit(task().model("other").build(), 9);
        transport.question(0).answer(200, PROPS);
        transport.question(1).answer(200, Transcripts.text("models"));
        assertEquals(ErrorCode.NOT_FOUND, code());
        String message = ((TokenEvent.Error) last()).error().message();
        assertTrue(message.contains("it serves m, /models/bigram.gguf"), message);
        assertEquals(List.of(), transport.streamed());
    }

    @Test
    void model_thatCannotBeChecked_failsAsTheQuestionDid() {
        submit(task().model("m").build(), 9);
        transport.question(0).answer(401, Transcripts.text("error-unauthorized"));
        assertEquals(ErrorCode.UNAUTHORIZED, code());
    }

    @Test
    void cancel_whileTheModelIsChecked_sendsNothing() {
        submit(task().model("m").build(), 9);
        stream.cancel();
        transport.question(0).answer(200, PROPS);
        assertEquals(List.of(), transport.streamed());
        assertEquals(StopReason.CANCELLED, reason());
    }

    /** Its source is asked when the task is submitted, and not later on the I/O thread, where its failure got lost. */
    @Test
    void token_thatCannotBeRead_endsTheStreamBeforeAnythingIsSent() {
        token = Optional.of(Secret.from(() -> {
            throw new IllegalStateException("gone");
        }));
        submit(task().model("m").build(), 9);
        assertEquals(ErrorCode.UNAUTHORIZED, code());
        assertEquals(List.of(), transport.questions());
        assertEquals(List.of(), transport.streamed());
    }

    @Test
    void token_thatCanBeReadJustOnce_isEnoughForTheTaskItself() {
        List<String> given = new ArrayList<>(List.of("once-only"));
        token = Optional.of(Secret.from(() -> given.remove(0)));
        submit();
        assertEquals("Bearer once-only", transport.streamed().get(0).headers().get("Authorization"));
        streamHead(transport.listener());
        body(transport.listener(), END);
        assertEquals(StopReason.END_OF_TEXT, reason());
    }

    @Test
    void task_notSupported_asksNothing() {
        submit(task().extra("stream", false).model("m").build(), 9);
        assertEquals(ErrorCode.INVALID_PARAMS, code());
        assertEquals(List.of(), transport.questions());
        assertEquals(List.of(), transport.streamed());
    }

    @Test
    void transport_closed_failsOnTheSubmittersThread() {
        transport.close();
        submit();
        assertEquals(ErrorCode.POOL_UNAVAILABLE, code());
        submit(task().jobId("job-2").model("m").build(), 9);
        assertEquals(ErrorCode.POOL_UNAVAILABLE, code());
    }

    @Test
    void prompt_long_mayBeRepeatedByTheFinalEvent() {
        String prompt = "é".repeat(300_000);
        submit(TaskRequest.builder(prompt).jobId("job-1").build(), Long.MAX_VALUE);
        transport.question(0).answer(200, PROPS);
        streamHead(transport.listener());
        String echo = "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"prompt\":\""
                + "\\u00e9".repeat(300_000) + "\"}\n\n";
        body(transport.listener(), echo);
        assertEquals(StopReason.END_OF_TEXT, reason());
    }
}
