package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.Engines.PROPS;
import static io.llamaorch.adapter.llamacpp.RunBench.END;
import static io.llamaorch.adapter.llamacpp.RunBench.task;
import static io.llamaorch.adapter.llamacpp.RunBench.tokens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is checked and asked before a task is sent, and who may overtake the thread that sends it. */
@NoLeaks
class CompletionRunSubmitTest {

    @RegisterExtension
    private final RunBench run = new RunBench();

    private void submit(TaskRequest task) {
        run.submit(task, Long.MAX_VALUE);
    }

    @Test
    void model_served_isAskedForBeforeAnythingIsSent() {
        run.submit(task().model("m").build(), 9);
        assertEquals(List.of(), run.transport.streamed());
        run.transport.question(0).answer(200, PROPS);
        assertEquals(1, run.transport.streamed().size());
        assertEquals(1, run.transport.questions().size());
        run.streamHead();
        assertEquals("m", run.started().model());
    }

    @Test
    void model_servedUnderAnotherAlias_isFoundInTheList() {
        run.submit(task().model("other").build(), 9);
        run.transport.question(0).answer(200, PROPS);
        assertEquals("/v1/models", run.transport.question(1).request().path());
        run.transport.question(1).answer(200, "{\"data\":[{\"id\":\"m\",\"aliases\":[\"other\"]}]}");
        assertEquals(1, run.transport.streamed().size());
    }

    @Test
    void model_notServed_isNotFound() {
        run.submit(task().model("other").build(), 9);
        run.transport.question(0).answer(200, PROPS);
        run.transport.question(1).answer(200, Transcripts.text("models"));
        assertEquals(ErrorCode.NOT_FOUND, run.code());
        String message = ((TokenEvent.Error) run.last()).error().message();
        assertTrue(message.contains("it serves m, /models/bigram.gguf"), message);
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void model_thatCannotBeChecked_failsAsTheQuestionDid() {
        run.submit(task().model("m").build(), 9);
        run.transport.question(0).answer(401, Transcripts.text("error-unauthorized"));
        assertEquals(ErrorCode.UNAUTHORIZED, run.code());
    }

    /** The recorded context is of 2,048 tokens. */
    @Test
    void prompt_ofTooManyTokens_isRefusedBeforeAnythingIsSent() {
        submit(TaskRequest.builder(new Prompt.Tokens(Collections.nCopies(2048, 7)))
                .jobId("job-1")
                .build());
        run.transport.question(0).answer(200, Transcripts.text("props"));
        assertEquals(ErrorCode.CONTEXT_EXCEEDED, run.code());
        String message = ((TokenEvent.Error) run.last()).error().message();
        assertTrue(message.contains("the prompt has 2048 tokens and the context 2048"), message);
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void prompt_ofJustFewEnoughTokens_isSent() {
        submit(TaskRequest.builder(new Prompt.Tokens(Collections.nCopies(2047, 7)))
                .jobId("job-1")
                .build());
        run.transport.question(0).answer(200, Transcripts.text("props"));
        assertEquals(1, run.transport.streamed().size());
    }

    @Test
    void prompt_ofTokens_isSentAlsoIfTheContextCannotBeTold() {
        submit(TaskRequest.builder(new Prompt.Tokens(Collections.nCopies(9999, 7)))
                .jobId("job-1")
                .build());
        run.transport.question(0).answer(404, Transcripts.text("error-not-found"));
        assertEquals(1, run.transport.streamed().size());
    }

    /** The recorded server has 2 slots, and would take 2 for 0. */
    @Test
    void pin_toASlotThatIsNotThere_isRefused() {
        run.learn(Transcripts.text("props"));
        submit(task().pin(Pin.toSlot("r0", 2)).build());
        assertEquals(ErrorCode.INVALID_PARAMS, run.code());
        String message = ((TokenEvent.Error) run.last()).error().message();
        assertTrue(message.contains("has 2 slots, counted from 0"), message);
        submit(task().jobId("job-2").pin(Pin.toSlot("r0", 1)).build());
        assertEquals(1, run.transport.streamed().size());
    }

    @Test
    void cancel_whileTheModelIsChecked_sendsNothing() {
        run.submit(task().model("m").build(), 9);
        run.stream().cancel();
        run.transport.question(0).answer(200, PROPS);
        assertEquals(List.of(), run.transport.streamed());
        assertEquals(StopReason.CANCELLED, run.reason());
    }

    @Test
    void cancel_beforeTheHead_closesTheCall() {
        run.submit();
        run.stream().cancel();
        assertTrue(run.transport.call().cancelled());
        assertEquals(StopReason.CANCELLED, run.reason());
        assertEquals(1, run.events().size());
    }

    /** Its source is asked when the task is submitted, and not later on the I/O thread, where its failure got lost. */
    @Test
    void token_thatCannotBeRead_endsTheStreamBeforeAnythingIsSent() {
        run.authorizeWith(Secret.from(() -> {
            throw new IllegalStateException("gone");
        }));
        run.submit(task().model("m").build(), 9);
        assertEquals(ErrorCode.UNAUTHORIZED, run.code());
        assertEquals(List.of(), run.transport.questions());
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void correlationId_isToldWithTheTaskAndNothingElse() {
        run.submit(task().model("other").correlationId("req 7/é").build(), 9);
        run.transport.question(0).answer(200, PROPS);
        run.transport.question(1).answer(200, "{\"data\":[{\"id\":\"other\"}]}");
        assertEquals("req%207/%C3%A9", run.transport.streamed().get(0).headers().get("X-Correlation-Id"));
        for (FakeTransport.Question question : run.transport.questions()) {
            assertFalse(question.request().headers().containsKey("X-Correlation-Id"), question.request()::path);
        }
    }

    @Test
    void correlationId_missing_isNoHeader() {
        run.submit();
        assertFalse(run.transport.streamed().get(0).headers().containsKey("X-Correlation-Id"));
    }

    @Test
    void token_thatCanBeReadJustOnce_isEnoughForTheTaskItself() {
        List<String> given = new ArrayList<>(List.of("once-only"));
        run.authorizeWith(Secret.from(() -> given.remove(0)));
        run.submit();
        assertEquals(
                "Bearer once-only", run.transport.streamed().get(0).headers().get("Authorization"));
        run.streamHead();
        run.body(END);
        assertEquals(StopReason.END_OF_TEXT, run.reason());
    }

    @Test
    void task_notSupported_asksNothing() {
        run.submit(task().extra("stream", false).model("m").build(), 9);
        assertEquals(ErrorCode.INVALID_PARAMS, run.code());
        assertEquals(List.of(), run.transport.questions());
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void transport_closed_failsOnTheSubmittersThread() {
        run.transport.close();
        run.submit();
        assertEquals(ErrorCode.POOL_UNAVAILABLE, run.code());
        run.submit(task().jobId("job-2").model("m").build(), 9);
        assertEquals(ErrorCode.POOL_UNAVAILABLE, run.code());
    }

    /** The I/O thread may be quick, and the submitting one be held up just after its request was sent. */
    @Test
    void answer_thatOvertakesSubmit_isStreamedInFull() {
        run.transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            run.streamHead();
            run.body(tokens(0, 3) + END);
        });
        run.submit();
        run.transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), run.started().details().engineVersion());
        assertEquals("0 1 2 ", run.text());
        assertTrue(run.transport.call().cancelled());
    }

    @Test
    void demand_thatOvertakesSubmit_isNotLost() {
        run.transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            run.streamHead();
            assertFalse(run.body(tokens(0, 40)));
        });
        run.learn(PROPS);
        run.submit(task().build(), 40);
        assertEquals(1, run.transport.call().resumes());
    }

    @Test
    void failure_thatOvertakesSubmit_closesTheCall() {
        run.transport.overtakeWith((listener, call) -> {
            listener.onConnected(call);
            run.streamHead();
            run.body("data: nonsense\n\n");
        });
        run.submit();
        run.transport.question(0).answer(200, PROPS);
        assertEquals(ErrorCode.PROTOCOL, run.code());
        assertTrue(run.transport.call().cancelled());
    }
}
