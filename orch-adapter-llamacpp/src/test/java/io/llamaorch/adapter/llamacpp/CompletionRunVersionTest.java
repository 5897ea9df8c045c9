package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.Engines.PROPS;
import static io.llamaorch.adapter.llamacpp.RunBench.END;
import static io.llamaorch.adapter.llamacpp.RunBench.task;
import static io.llamaorch.adapter.llamacpp.RunBench.tokens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Until the engine's version is known {@code Started} waits, and what comes meanwhile is kept (EVT-07). */
@NoLeaks
class CompletionRunVersionTest {

    @RegisterExtension
    private final RunBench run = new RunBench();

    @Test
    void version_known_startsAtTheHead() {
        run.submitKnowing();
        run.streamHead();
        assertEquals("m", run.started().model());
        assertEquals(Optional.of("v1"), run.started().details().engineVersion());
        assertEquals(List.of(), run.transport.questions());
        assertTrue(run.body(tokens(0, 2)));
        assertEquals("0 1 ", run.text());
        run.body(END);
        assertEquals(StopReason.END_OF_TEXT, run.reason());
        assertTrue(run.transport.call().cancelled(), "EVT-10");
    }

    @Test
    void version_toldAfterTheFirstBytes_isInStartedAndNothingIsLost() {
        run.submit();
        run.streamHead();
        assertFalse(run.body(tokens(0, 2)), "rests while it waits");
        assertFalse(run.body(tokens(2, 3)), "one read may come in pieces");
        assertEquals(List.of(), run.events());
        run.transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), run.started().details().engineVersion());
        assertEquals("0 1 2 ", run.text());
        assertEquals(1, run.transport.call().resumes());
        assertTrue(run.body(tokens(3, 4)));
        run.body(END);
        assertEquals("0 1 2 3 ", run.text());
    }

    @Test
    void version_toldBeforeTheHead_isInStarted() {
        run.submit();
        run.transport.question(0).answer(200, PROPS);
        run.streamHead();
        assertEquals(Optional.of("v1"), run.started().details().engineVersion());
    }

    @Test
    void version_notToldInTime_isUnknownAndNothingIsLost() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 2));
        run.time.advance(Stage.VERSION_WAIT.minusNanos(1));
        assertEquals(List.of(), run.events());
        run.time.advance(Duration.ofNanos(1));
        assertEquals(Optional.empty(), run.started().details().engineVersion());
        assertEquals("", run.started().model());
        assertEquals("0 1 ", run.text());
        run.transport.question(0).answer(200, PROPS);
        assertEquals(1, run.transport.call().resumes());
        run.body(END);
        assertEquals(StopReason.END_OF_TEXT, run.reason());
    }

    @Test
    void version_refused_isUnknownAtOnce() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 1));
        run.transport.question(0).answer(404, "");
        assertEquals(Optional.empty(), run.started().details().engineVersion());
        assertEquals("0 ", run.text());
    }

    /** A short answer is here whole before the properties are. */
    @Test
    void stream_thatEndsBeforeTheVersionIsTold_stillWaitsForIt() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 1) + END);
        run.transport.listener().onEnd();
        assertEquals(List.of(), run.events());
        run.transport.question(0).answer(200, PROPS);
        assertEquals(Optional.of("v1"), run.started().details().engineVersion());
        assertEquals("0 ", run.text());
        assertEquals(StopReason.END_OF_TEXT, run.reason());
        assertTrue(run.facts().now().isPresent());
    }

    @Test
    void stream_thatIsCutCleanlyBeforeTheVersionIsTold_isCut() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 2));
        run.transport.listener().onEnd();
        run.transport.question(0).answer(200, PROPS);
        assertEquals("0 1 ", run.text());
        assertEquals(ErrorCode.WORKER_RESET, run.code());
        assertEquals(2, ((TokenEvent.Error) run.last()).error().tokensDelivered());
        assertEquals(Optional.empty(), run.facts().now(), "asked again: it may be another engine");
    }

    @Test
    void stream_thatBreaksBeforeTheVersionIsTold_deliversWhatCame() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 2));
        run.transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertEquals("0 1 ", run.text());
        assertEquals(ErrorCode.WORKER_RESET, run.code());
    }

    @Test
    void cancel_whileTheVersionIsAwaited_leavesNoTimer() {
        run.submit();
        run.streamHead();
        run.body(tokens(0, 2));
        run.stream().cancel();
        assertTrue(run.transport.call().cancelled());
        assertEquals(StopReason.CANCELLED, run.reason());
        assertEquals(0, run.time.waiting());
        run.transport.question(0).answer(200, PROPS);
        assertEquals(1, run.events().size());
    }

    /** Whoever cancels stops the timer, if it is there; this one comes just before. */
    @Test
    void cancel_justBeforeTheTimerIsThere_leavesNoTimer() {
        run.measureWith(new TimeSource() {
            @Override
            public long nanoTime() {
                return run.time.nanoTime();
            }

            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
                run.stream().cancel();
                return run.time.schedule(delay, task);
            }
        });
        run.submit();
        run.streamHead();
        assertEquals(StopReason.CANCELLED, run.reason());
        assertEquals(0, run.time.waiting());
    }

    @Test
    void demand_missingWhileTheVersionIsAwaited_restsOnAfterwards() {
        run.submit(task().build(), 0);
        run.streamHead();
        assertFalse(run.body(tokens(0, 40)));
        run.transport.question(0).answer(200, PROPS);
        assertEquals(0, run.transport.call().resumes());
        run.request(40);
        assertEquals(1, run.transport.call().resumes());
    }

    @Test
    void facts_areForgottenAfterACut_andKeptAfterAnEnd() {
        run.submitKnowing();
        run.streamHead();
        run.body(tokens(0, 1) + END);
        assertTrue(run.facts().now().isPresent());
        run.submitKnowing();
        run.streamHead();
        run.transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertFalse(run.facts().now().isPresent());
    }

    @Test
    void facts_thatCouldNotBeRead_areNotAwaitedByTheNextStream() {
        run.submit();
        run.transport.question(0).fail(WireFailure.Kind.TIMEOUT);
        run.stream().cancel();
        run.submit(task().jobId("job-2").build(), Long.MAX_VALUE);
        assertEquals(1, run.transport.questions().size());
        run.streamHead();
        assertTrue(run.started().details().engineVersion().isEmpty());
    }
}
