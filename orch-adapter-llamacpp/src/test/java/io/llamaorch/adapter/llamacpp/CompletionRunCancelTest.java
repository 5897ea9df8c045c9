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
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run knows of itself when it is cancelled, and so when and how its proof is looked for (CAN-07). */
@NoLeaks
class CompletionRunCancelTest {

    private static final String PROPS =
            "{\"model_alias\":\"m\",\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}}";
    private static final String TOKEN = "data: {\"content\":\"x\",\"tokens_predicted\":1}\n\n";
    private static final Pattern MARK = Pattern.compile("\"dry_multiplier\":0,\"dry_allowed_length\":(\\d+)");
    private static final Duration SOON = Duration.ofMillis(150);
    private static final Duration LATER = Duration.ofMillis(1100);

    private final FakeTransport transport = new FakeTransport();
    private final ManualTime time = new ManualTime();
    private final AdapterConfig config = AdapterConfig.builder()
            .timeSource(time)
            .deliveryExecutor(Runnable::run)
            .build();
    private final RunningStreams streams = RunningStreams.create("llamacpp", config, StreamLimits.DEFAULT);
    private final Failures failures = new Failures("http://engine-1:8080", Optional.empty());
    private final EngineQueries queries =
            new EngineQueries(transport, Optional.empty(), failures, Duration.ofSeconds(5), Duration.ofSeconds(5));
    private final KnownFacts facts = new KnownFacts(queries, time);
    private final CancelProofs proofs = new CancelProofs(queries, facts, time);
    private final Engine engine =
            new Engine(transport, queries, facts, failures, new LastBytes(time, Duration.ofSeconds(30)), proofs, time);

    @BeforeEach
    void engineIsKnown() {
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
    }

    @AfterEach
    void nothingWaits() {
        streams.close();
        proofs.close();
        assertEquals(List.of(), time.pending());
    }

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once").jobId("job-1");
    }

    private TokenStream submit(TaskRequest task) {
        return streams.open(task, emitter -> CompletionRun.begin(task, emitter, engine));
    }

    private TokenStream submit() {
        return submit(task().build());
    }

    private TokenStream accepted(TaskRequest task) {
        TokenStream stream = submit(task);
        transport.listener().onConnected(transport.call());
        transport
                .listener()
                .onHead(new ResponseHead(200, List.of(new ResponseHead.Field("Content-Type", "text/event-stream"))));
        return stream;
    }

    private TokenStream streaming() {
        TokenStream stream = accepted(task().build());
        body(TOKEN);
        return stream;
    }

    private void body(String text) {
        transport.listener().onBody(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static CompletableFuture<CancelReceipt> cancel(TokenStream stream) {
        return stream.cancel().settled().toCompletableFuture();
    }

    private static void assertFreeAfter(Duration took, CompletableFuture<CancelReceipt> receipt) {
        assertTrue(receipt.isDone(), "not settled");
        assertEquals("SLOT_FREE after " + took, receipt.join().toString());
    }

    private static void assertUnconfirmed(String reason, CompletableFuture<CancelReceipt> receipt) {
        assertTrue(receipt.isDone(), "not settled");
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.join().outcome());
        assertTrue(receipt.join().reason().contains(reason), receipt.join()::reason);
    }

    /** The mark that the last request carries. */
    private int mark() {
        ByteBuffer body =
                transport.streamed().get(transport.streamed().size() - 1).body();
        String text = StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        Matcher mark = MARK.matcher(text);
        assertTrue(mark.find(), text);
        return Integer.parseInt(mark.group(1));
    }

    /** The first look comes just then, and shows the job's slot idle. */
    private void lookShowsItIdle(Duration after) {
        time.advance(after.minusNanos(1));
        assertEquals(0, transport.questions().size(), "too early");
        time.advance(Duration.ofNanos(1));
        transport.question(0).answer(200, PROPS);
        transport
                .question(1)
                .answer(200, "[{\"is_processing\":false,\"params\":{\"dry_allowed_length\":" + mark() + "}}]");
    }

    @Test
    void cancel_beforeItIsConnected_holdsNoPlace() {
        TokenStream stream = submit();
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        assertFreeAfter(Duration.ZERO, receipt);
        assertTrue(transport.call().cancelled());
        assertEquals(List.of(), time.pending());
    }

    @Test
    void cancel_whileTheModelIsChecked_holdsNoPlace() {
        facts.forget();
        TokenStream stream = submit(task().model("m").build());
        assertFreeAfter(Duration.ZERO, cancel(stream));
        transport.question(0).answer(200, PROPS);
        assertEquals(List.of(), transport.streamed());
    }

    /** The I/O thread was just about to tell that it is connected: it must find the call cancelled then. */
    @Test
    void cancel_thatOvertakesTheConnection_holdsNoPlace() {
        transport.overtakeWith((listener, call) -> {
            assertFreeAfter(Duration.ZERO, streams.cancel("job-1").settled().toCompletableFuture());
            listener.onConnected(call);
            assertTrue(((FakeTransport.FakeCall) call).cancelled(), "what is connected would be sent");
        });
        submit();
    }

    @Test
    void cancel_thatOvertakesTheReturnOfTheCall_isLookedFor() {
        transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            assertFalse(streams.cancel("job-1").settled().toCompletableFuture().isDone(), "it may have been sent");
            assertTrue(((FakeTransport.FakeCall) call).cancelled());
        });
        submit();
        lookShowsItIdle(LATER);
    }

    @Test
    void cancel_beforeTheHead_isLookedForAfterTheEnginesOwnLook() {
        TokenStream stream = submit();
        transport.listener().onConnected(transport.call());
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_whileThePromptIsEvaluated_isLookedForAfterTheEnginesOwnLook() {
        CompletableFuture<CancelReceipt> receipt = cancel(accepted(task().build()));
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_whileProgressComes_isNoTokenFlow() {
        TokenStream stream = accepted(task().extra("return_progress", true).build());
        body("data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":3}}\n\n");
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_afterAPing_isNoTokenFlow() {
        TokenStream stream = accepted(task().build());
        body(":\n\n");
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_whileTokensFlowAfterProgress_isLookedForSoon() {
        TokenStream stream = accepted(task().extra("return_progress", true).build());
        body("data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":9}}\n\n" + TOKEN);
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    /** The question for the model tells what a mark needs to be known, before anything is sent. */
    @Test
    void job_whoseModelIsAskedFor_isMarked() {
        facts.forget();
        submit(task().model("m").build());
        transport.question(0).answer(200, PROPS);
        assertTrue(mark() > 0);
    }

    @Test
    void cancel_whileTokensFlow_isLookedForSoon() {
        CompletableFuture<CancelReceipt> receipt = cancel(streaming());
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    @Test
    void mark_seenNoMoreOfAnAcceptedJob_isAnothersSlot() {
        CompletableFuture<CancelReceipt> receipt = cancel(streaming());
        time.advance(SOON);
        transport.question(0).answer(200, PROPS);
        transport.question(1).answer(200, "[{\"is_processing\":true,\"params\":{\"dry_allowed_length\":2}}]");
        assertUnconfirmed("was given to another job", receipt);
    }

    @Test
    void answer_thatRefuses_gaveNoSlot() {
        TokenStream stream = submit();
        transport.listener().onConnected(transport.call());
        transport.listener().onHead(new ResponseHead(503, List.of()));
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        time.advance(LATER);
        transport.question(0).answer(200, PROPS);
        transport.question(1).answer(200, "[]");
        assertFalse(receipt.isDone(), "it never had a slot that could be another's now");
    }

    @Test
    void job_unmarked_isNotLookedFor() {
        TokenStream stream = accepted(task().extra("dry_multiplier", 0.5).build());
        assertUnconfirmed("sets dry_multiplier itself", cancel(stream));
        assertEquals(List.of(), transport.questions());
    }

    @Test
    void engine_unknownAtSubmit_leavesTheFirstJobUnmarked() {
        facts.forget();
        TokenStream stream = submit();
        transport.question(0).answer(200, PROPS);
        transport.listener().onConnected(transport.call());
        assertUnconfirmed("not known yet", cancel(stream));
    }

    @Test
    void timeLimit_isProvedToo() {
        TokenStream stream = accepted(task().deadline(Duration.ofSeconds(3)).build());
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        time.advance(Duration.ofSeconds(3));
        assertTrue(stream.outcome().toCompletableFuture().join() instanceof TokenEvent.Error);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void streamThatNobodyClaims_isProvedToo() {
        TokenStream stream = streaming();
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        time.advance(StreamLimits.DEFAULT.consumer().unclaimed());
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    @Test
    void subscriberThatThrows_isProvedToo() {
        TokenStream stream = streaming();
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        stream.subscribe(new NonBlockingSubscriber() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(TokenEvent event) {
                throw new IllegalStateException("for the test");
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    @Test
    void close_settlesWithoutALook() {
        TokenStream stream = streaming();
        streams.close();
        proofs.close();
        assertUnconfirmed("was closed", stream.released().toCompletableFuture());
        assertEquals(List.of(), transport.questions());
    }

    @Test
    void cut_isNotProved() {
        TokenStream stream = streaming();
        transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertUnconfirmed("before the engine's own end", stream.released().toCompletableFuture());
        assertEquals(List.of(), time.pending());
    }
}
