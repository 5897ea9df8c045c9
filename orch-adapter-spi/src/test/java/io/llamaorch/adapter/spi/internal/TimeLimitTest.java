package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Time limits, each alone, to the nanosecond (TIM-01, FLW-02)")
class TimeLimitTest {

    private static final Duration MOMENT = Duration.ofNanos(1);

    private final Bench bench = Bench.running();
    private final Recorder heard = bench.subscribe(Recorder.greedy());

    private static void assertPassesAfter(Duration limit, Bench one) {
        one.time.advance(limit.minus(MOMENT));
        assertFalse(one.emitter.ended(), "too early");
        one.time.advance(MOMENT);
        assertTrue(one.emitter.ended(), "too late");
    }

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("TIM-01: no token for 120 s after submit")
    void firstToken_whenNoneComes_passesAfter120Seconds() {
        assertPassesAfter(Duration.ofSeconds(120), bench);
        WorkerError error = heard.error();
        assertEquals(ErrorCode.DECODE_TIMEOUT, error.code());
        assertEquals(
                "replica r0 (engine) sent no token within 120 s: it is overloaded, hangs, or needs longer for the prompt"
                        + " (first-token-timeout) (docs/errors.md#decode_timeout)",
                error.message());
        assertTrue(error.retriable());
    }

    @Test
    @DisplayName("TIM-01: prompt progress, tool calls, extensions and metrics do not feed it")
    void firstToken_whenOtherEventsCome_passesAllTheSame() {
        bench.time.advance(Duration.ofSeconds(119));
        bench.emitter.progress(1, 2, 0);
        bench.emitter.metrics(Timings.UNKNOWN);
        bench.emitter.extension("x", "{}");
        bench.emitter.usage(10, 3, -1);
        bench.emitter.usage(10, 3, 0);
        assertPassesAfter(Duration.ofSeconds(1), bench);
        assertTrue(heard.error().message().contains("first-token-timeout"));
    }

    @Test
    @DisplayName("TIM-01: silence of 30 s after a token")
    void idle_whenTokensStop_passesAfter30Seconds() {
        bench.time.advance(Duration.ofSeconds(100));
        bench.tokens(1);
        bench.time.advance(Duration.ofSeconds(29));
        bench.tokens(1);
        assertPassesAfter(Duration.ofSeconds(30), bench);
        assertEquals(ErrorCode.DECODE_TIMEOUT, heard.error().code());
        assertEquals(
                "replica r0 (engine) fell silent for 30 s after 2 pieces: it hangs, or is shutting down (idle-timeout)"
                        + " (docs/errors.md#decode_timeout)",
                heard.error().message());
        assertEquals(2, heard.error().tokensDelivered());
        assertFalse(heard.error().retriable());
    }

    @Test
    @DisplayName("TIM-01: a rising count feeds the limits even without text")
    void idle_whenTheCountRises_isFed() {
        bench.time.advance(Duration.ofSeconds(100));
        for (int i = 1; i <= 20; i++) {
            bench.emitter.usage(5, 0, i);
            bench.time.advance(Duration.ofSeconds(20));
        }
        assertFalse(bench.emitter.ended());
        bench.emitter.usage(5, 0, 20);
        assertPassesAfter(Duration.ofSeconds(10), bench);
    }

    @Test
    @DisplayName("TIM-01: the whole call takes 1 h at most")
    void wholeCall_whenTokensFlowOn_passesAfterOneHour() {
        for (int i = 0; i < 359; i++) {
            bench.tokens(1);
            bench.time.advance(Duration.ofSeconds(10));
        }
        bench.tokens(1);
        assertPassesAfter(Duration.ofSeconds(10), bench);
        assertEquals(ErrorCode.DEADLINE_UNMET, heard.error().code());
        assertEquals(
                "the job took longer than 3600 s, the most for any call: ask for fewer tokens, or raise call-timeout"
                        + " (docs/errors.md#deadline_unmet)",
                heard.error().message());
    }

    @Test
    @DisplayName("TIM-02: the deadline counts from when the stream was made")
    void deadline_whenItPasses_endsTheStream() {
        Bench one = new Bench();
        one.time.advance(Duration.ofSeconds(2));
        one.emitter.watch(Optional.of(Duration.ofSeconds(5)));
        one.start();
        one.tokens(3);
        Recorder ears = one.subscribe(Recorder.greedy());
        assertPassesAfter(Duration.ofSeconds(3), one);
        assertEquals(ErrorCode.DEADLINE_UNMET, ears.error().code());
        assertEquals(
                "the task's deadline passed after 3 pieces: give it more time, or ask for fewer tokens"
                        + " (docs/errors.md#deadline_unmet)",
                ears.error().message());
        assertFalse(ears.error().retriable());
        one.letGo();
    }

    @Test
    @DisplayName("TIM-02: a deadline that has passed already ends the stream at the next tick")
    void deadline_whenPassedAlready_endsTheStream() {
        Bench one = new Bench();
        one.time.advance(Duration.ofSeconds(9));
        one.emitter.watch(Optional.of(Duration.ofSeconds(5)));
        one.time.advance(Duration.ZERO);
        assertEquals(ErrorCode.DEADLINE_UNMET, one.error().code());
        one.letGo();
    }

    @Test
    @DisplayName("TIM-02: a deadline beyond the whole call's limit does not extend it")
    void deadline_whenLongerThanTheCall_changesNothing() {
        Bench one = new Bench();
        one.emitter.watch(Optional.of(Duration.ofSeconds(Long.MAX_VALUE)));
        one.start();
        one.subscribe(Recorder.greedy());
        for (int i = 0; i < 360; i++) {
            one.tokens(1);
            one.time.advance(Duration.ofSeconds(10));
        }
        assertTrue(one.error().message().contains("call-timeout"));
        one.letGo();
    }

    @Test
    @DisplayName("FLW-02: while the producer rests, the idle limit stands still and then goes on where it stood")
    void idle_whileResting_standsStill() {
        Bench one = Bench.running();
        Recorder ears = one.subscribe(new Recorder(1));
        one.tokens(31);
        one.time.advance(Duration.ofSeconds(20));
        one.tokens(1);
        one.time.advance(Duration.ofSeconds(50));
        ears.subscription.request(40);
        assertFalse(one.emitter.ended());
        assertPassesAfter(Duration.ofSeconds(30), one);
        assertTrue(ears.error().message().contains("idle-timeout"));
        one.letGo();
    }

    @Test
    @DisplayName("FLW-02: while the producer rests, the first-token limit stands still and then goes on where it stood")
    void firstToken_whileResting_standsStill() {
        Bench one = Bench.running();
        Recorder ears = one.subscribe(new Recorder(1));
        one.time.advance(Duration.ofSeconds(100));
        for (int i = 0; i < 32; i++) {
            one.emitter.progress(i, 100, 0);
        }
        one.time.advance(Duration.ofSeconds(50));
        ears.subscription.request(40);
        assertPassesAfter(Duration.ofSeconds(20), one);
        assertTrue(ears.error().message().contains("first-token-timeout"));
        one.letGo();
    }

    @Test
    @DisplayName("FLW-02: what comes in while the producer should rest does not prolong the idle limit")
    void idle_whenFedWhileResting_isNotProlonged() {
        Bench one = Bench.running();
        Recorder ears = one.subscribe(new Recorder(1));
        one.tokens(32);
        one.time.advance(Duration.ofSeconds(50));
        one.tokens(1);
        ears.subscription.request(40);
        assertPassesAfter(Duration.ofSeconds(30), one);
        one.letGo();
    }

    @Test
    @DisplayName("FLW-02: while the producer rests, the deadline runs on")
    void deadline_whileResting_runsOn() {
        Bench one = new Bench();
        one.emitter.watch(Optional.of(Duration.ofSeconds(40)));
        one.start();
        one.subscribe(new Recorder(1));
        one.tokens(40);
        assertPassesAfter(Duration.ofSeconds(40), one);
        assertEquals(ErrorCode.DEADLINE_UNMET, one.error().code());
        one.letGo();
    }

    @Test
    @DisplayName("FLW-02: a timer that comes while a rest is being ended does not take it for silence")
    void idle_whenTheTimerComesAsARestEnds_doesNotPass() {
        Bench one = Bench.running();
        Recorder ears = one.subscribe(new Recorder(1));
        one.tokens(32);
        one.time.advance(Duration.ofSeconds(59));
        ears.subscription.request(23);
        one.time.atNextLook(() -> one.time.atNextLook(() -> one.time.advance(Duration.ofSeconds(1))));
        ears.subscription.request(20);
        assertFalse(one.emitter.ended());
        one.letGo();
    }

    @Test
    @DisplayName("TIM-01: a token that overtakes the timer does not turn one limit into another")
    void limit_whenATokenOvertakesTheTimer_isNotMistakenForAnother() {
        Bench one = Bench.running();
        one.tokens(1);
        one.time.advance(Duration.ofSeconds(29));
        one.subscribe(Recorder.greedy());
        one.time.atNextLook(() -> one.emitter.usage(1, 0, 1));
        one.time.advance(Duration.ofSeconds(1));
        if (one.emitter.ended()) {
            assertEquals(ErrorCode.DECODE_TIMEOUT, one.error().code());
            assertTrue(one.error().message().contains("idle-timeout"));
        }
        one.letGo();
    }

    @Test
    @DisplayName("LIF-04: an ended stream leaves no timer")
    void timer_whenTheStreamEnds_goes() {
        bench.tokens(1);
        assertEquals(1, bench.time.waiting());
        bench.end();
        assertEquals(0, bench.time.waiting());
    }

    @Test
    @DisplayName("LIF-04: a stream that was ended before it was watched gets no timer")
    void timer_whenTheStreamEndedBefore_isNotSet() {
        Bench one = new Bench();
        one.emitter.error(WorkerError.of(ErrorCode.INTERNAL, "early"));
        one.emitter.watch(Optional.empty());
        assertEquals(0, one.time.waiting());
        one.letGo();
    }

    @Test
    @DisplayName("TIM-01: nothing is scheduled a token")
    void timer_whenTokensFlow_isTheSame() {
        for (int i = 0; i < 1000; i++) {
            bench.tokens(1);
            assertEquals(1, bench.time.waiting());
        }
    }

    @Test
    @DisplayName("TIM-01: limits of forever are kept for ever")
    void limits_whenForever_neverPass() {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        ManualTime time = new ManualTime();
        EmitterCore emitter = new EmitterCore(
                "job-1",
                "engine",
                "r0",
                new StreamLimits(forever, forever, forever, new StreamLimits.Consumer(forever, forever)),
                Bench.AT_ONCE,
                time);
        emitter.watch(Optional.empty());
        emitter.started("model", StartDetails.NONE);
        time.advance(Duration.ofDays(1000));
        emitter.token("a");
        time.advance(Duration.ofDays(1000));
        for (int i = 0; i < 40; i++) {
            emitter.token("a");
        }
        time.advance(Duration.ofDays(1000));
        assertFalse(emitter.ended());
        emitter.error(WorkerError.of(ErrorCode.INTERNAL, "over"));
    }
}
