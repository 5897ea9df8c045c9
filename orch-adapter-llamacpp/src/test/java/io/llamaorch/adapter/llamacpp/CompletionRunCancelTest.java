package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.RunBench.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a run knows of itself when it is cancelled, and so when and how its proof is looked for (CAN-07). */
@NoLeaks
class CompletionRunCancelTest {

    private static final String PROPS =
            "{\"model_alias\":\"m\",\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}}";
    private static final String TOKEN = "data: {\"content\":\"x\",\"tokens_predicted\":1}\n\n";
    private static final Pattern MARK = Pattern.compile("\"dry_multiplier\":0,\"dry_allowed_length\":(\\d+)");
    private static final Duration SOON = Duration.ofMillis(150);
    private static final Duration LATER = Duration.ofMillis(1100);

    @RegisterExtension
    private final RunBench run = new RunBench();

    @BeforeEach
    void engineIsKnown() {
        run.learn(PROPS);
    }

    /** Before the bench looks for timers: those of proofs end with the adapter only. */
    @AfterEach
    void adapterCloses() {
        run.engine().proofs().close();
    }

    private TokenStream submit() {
        return run.open(task().build());
    }

    private TokenStream accepted(TaskRequest task) {
        TokenStream stream = run.open(task);
        run.connect();
        run.streamHead();
        return stream;
    }

    private TokenStream streaming() {
        TokenStream stream = accepted(task().build());
        run.body(TOKEN);
        return stream;
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
        ByteBuffer body = run.transport
                .streamed()
                .get(run.transport.streamed().size() - 1)
                .body();
        String text = StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        Matcher mark = MARK.matcher(text);
        assertTrue(mark.find(), text);
        return Integer.parseInt(mark.group(1));
    }

    /** The first look comes just then, and shows the job's slot idle. */
    private void lookShowsItIdle(Duration after) {
        run.time.advance(after.minusNanos(1));
        assertEquals(0, run.transport.questions().size(), "too early");
        run.time.advance(Duration.ofNanos(1));
        run.transport.question(0).answer(200, PROPS);
        run.transport
                .question(1)
                .answer(200, "[{\"is_processing\":false,\"params\":{\"dry_allowed_length\":" + mark() + "}}]");
    }

    @Test
    void cancel_beforeItIsConnected_holdsNoPlace() {
        TokenStream stream = submit();
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        assertFreeAfter(Duration.ZERO, receipt);
        assertTrue(run.transport.call().cancelled());
        assertEquals(List.of(), run.time.pending());
    }

    @Test
    void cancel_whileTheModelIsChecked_holdsNoPlace() {
        run.facts().forget();
        TokenStream stream = run.open(task().model("m").build());
        assertFreeAfter(Duration.ZERO, cancel(stream));
        run.transport.question(0).answer(200, PROPS);
        assertEquals(List.of(), run.transport.streamed());
    }

    /** The I/O thread was just about to tell that it is connected: it must find the call cancelled then. */
    @Test
    void cancel_thatOvertakesTheConnection_holdsNoPlace() {
        run.transport.overtakeWith((listener, call) -> {
            assertFreeAfter(Duration.ZERO, run.streams.cancel("job-1").settled().toCompletableFuture());
            listener.onConnected(call);
            assertTrue(((FakeTransport.FakeCall) call).cancelled(), "what is connected would be sent");
        });
        submit();
    }

    @Test
    void cancel_thatOvertakesTheReturnOfTheCall_isLookedFor() {
        run.transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            assertFalse(
                    run.streams.cancel("job-1").settled().toCompletableFuture().isDone(), "it may have been sent");
            assertTrue(((FakeTransport.FakeCall) call).cancelled());
        });
        submit();
        lookShowsItIdle(LATER);
    }

    @Test
    void cancel_beforeTheHead_isLookedForAfterTheEnginesOwnLook() {
        TokenStream stream = submit();
        run.connect();
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
        run.body("data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":3}}\n\n");
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_afterAPing_isNoTokenFlow() {
        TokenStream stream = accepted(task().build());
        run.body(":\n\n");
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void cancel_whileTokensFlowAfterProgress_isLookedForSoon() {
        TokenStream stream = accepted(task().extra("return_progress", true).build());
        run.body("data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":9}}\n\n" + TOKEN);
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    /** The question for the model tells what a mark needs to be known, before anything is sent. */
    @Test
    void job_whoseModelIsAskedFor_isMarked() {
        run.facts().forget();
        run.open(task().model("m").build());
        run.transport.question(0).answer(200, PROPS);
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
        run.time.advance(SOON);
        run.transport.question(0).answer(200, PROPS);
        run.transport.question(1).answer(200, "[{\"is_processing\":true,\"params\":{\"dry_allowed_length\":2}}]");
        assertUnconfirmed("was given to another job", receipt);
    }

    @Test
    void answer_thatRefuses_gaveNoSlot() {
        TokenStream stream = submit();
        run.connect();
        run.transport.listener().onHead(new ResponseHead(503, List.of()));
        CompletableFuture<CancelReceipt> receipt = cancel(stream);
        run.time.advance(LATER);
        run.transport.question(0).answer(200, PROPS);
        run.transport.question(1).answer(200, "[]");
        assertFalse(receipt.isDone(), "it never had a slot that could be another's now");
    }

    @Test
    void job_unmarked_isNotLookedFor() {
        TokenStream stream = accepted(task().extra("dry_multiplier", 0.5).build());
        assertUnconfirmed("sets dry_multiplier itself", cancel(stream));
        assertEquals(List.of(), run.transport.questions());
    }

    @Test
    void engine_unknownAtSubmit_leavesTheFirstJobUnmarked() {
        run.facts().forget();
        TokenStream stream = submit();
        run.transport.question(0).answer(200, PROPS);
        run.connect();
        assertUnconfirmed("not known yet", cancel(stream));
    }

    @Test
    void timeLimit_isProvedToo() {
        TokenStream stream = accepted(task().deadline(Duration.ofSeconds(3)).build());
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        run.time.advance(Duration.ofSeconds(3));
        assertTrue(stream.outcome().toCompletableFuture().join() instanceof TokenEvent.Error);
        lookShowsItIdle(LATER);
        assertFreeAfter(LATER, receipt);
    }

    @Test
    void streamThatNobodyClaims_isProvedToo() {
        TokenStream stream = streaming();
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        run.time.advance(StreamLimits.DEFAULT.consumer().unclaimed());
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    @Test
    void subscriberThatThrows_isProvedToo() {
        TokenStream stream = streaming();
        CompletableFuture<CancelReceipt> receipt = stream.released().toCompletableFuture();
        stream.subscribe(new EagerSubscriber() {
            @Override
            public void onNext(TokenEvent event) {
                throw new IllegalStateException("for the test");
            }
        });
        lookShowsItIdle(SOON);
        assertFreeAfter(SOON, receipt);
    }

    @Test
    void close_settlesWithoutALook() {
        TokenStream stream = streaming();
        run.streams.close();
        run.engine().proofs().close();
        assertUnconfirmed("was closed", stream.released().toCompletableFuture());
        assertEquals(List.of(), run.transport.questions());
    }

    @ParameterizedTest
    @EnumSource
    void failure_beforeTheConnection_leavesNothing(WireFailure.Kind kind) {
        TokenStream stream = submit();
        run.transport.listener().onFailure(FakeTransport.failure(kind));
        assertFreeAfter(Duration.ZERO, stream.released().toCompletableFuture());
    }

    @ParameterizedTest
    @EnumSource
    void failure_afterTheConnection_mayLeaveTheJobBehind(WireFailure.Kind kind) {
        TokenStream stream = submit();
        run.connect();
        run.transport.listener().onFailure(FakeTransport.failure(kind));
        assertUnconfirmed("before the engine's own end", stream.released().toCompletableFuture());
    }

    @Test
    void cut_isNotProved() {
        TokenStream stream = streaming();
        run.transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertUnconfirmed("before the engine's own end", stream.released().toCompletableFuture());
        assertEquals(List.of(), run.time.pending());
    }
}
