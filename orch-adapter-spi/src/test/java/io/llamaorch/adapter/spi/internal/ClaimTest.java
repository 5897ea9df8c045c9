package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Who receives a stream (FLW-04)")
class ClaimTest {

    private static final Duration ALMOST = Duration.ofMillis(1);

    private final Bench bench = Bench.running();

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("FLW-04: a second subscriber is told so, and the first is not disturbed")
    void subscriber_whenSecond_isRefused() {
        Recorder first = bench.subscribe(Recorder.greedy());
        Recorder second = new Recorder(5);
        bench.stream().subscribe(second);
        assertNotNull(second.subscription);
        assertInstanceOf(IllegalStateException.class, second.failure);
        second.subscription.cancel();
        second.assertKinds();
        bench.end();
        first.assertKinds("Started", "End");
    }

    @Test
    @DisplayName("FLW-04: subscriber, loop and text are one claim")
    void stream_whenClaimed_refusesEveryOtherWay() {
        bench.stream().collect();
        assertThrows(IllegalStateException.class, () -> bench.stream().iterator());
        assertThrows(IllegalStateException.class, () -> bench.stream().collect());
        Recorder second = new Recorder(1);
        bench.stream().subscribe(second);
        assertInstanceOf(IllegalStateException.class, second.failure);
    }

    @Test
    @DisplayName("FLW-04: there is one iterator")
    void iterator_whenSecond_isRefused() {
        bench.stream().iterator();
        assertThrows(IllegalStateException.class, () -> bench.stream().iterator());
    }

    @Test
    @DisplayName("FLW-01: a null subscriber is refused at the call, and does not claim")
    void subscriber_whenNull_isRefused() {
        assertThrows(NullPointerException.class, () -> bench.stream().subscribe(null));
        bench.end();
        bench.subscribe(Recorder.greedy()).assertKinds("Started", "End");
    }

    @Test
    @DisplayName("FLW-04: a stream that nobody claims for 30 s is cancelled; who comes later gets what waits")
    void stream_whenUnclaimed_isCancelledAndKeepsWhatWaits() {
        bench.time.advance(Duration.ofSeconds(1));
        bench.tokens(2);
        bench.time.advance(Duration.ofSeconds(29).minus(ALMOST));
        assertFalse(bench.emitter.ended());
        bench.time.advance(ALMOST);
        assertEquals(
                CancelCause.UNCLAIMED,
                ((TokenEvent.End) bench.outcome()).details().cancelCause().orElseThrow());
        Recorder late = bench.subscribe(Recorder.greedy());
        late.assertKinds("Started", "Token", "Token", "End");
        assertEquals(StopReason.CANCELLED, late.end().reason());
    }

    @Test
    @DisplayName("FLW-04: a claim in time stops that limit")
    void stream_whenClaimedInTime_isNotCancelled() {
        bench.time.advance(Duration.ofSeconds(30).minus(ALMOST));
        bench.stream().iterator();
        bench.time.advance(Duration.ofSeconds(60));
        assertFalse(bench.emitter.ended());
    }

    @Test
    @DisplayName("FLW-02: a consumer that takes nothing for 60 s while the producer rests is stalled")
    void stream_whenStalled_isCancelledAndKeepsWhatWaits() {
        Recorder heard = bench.subscribe(new Recorder(1));
        bench.tokens(32);
        bench.time.advance(Duration.ofSeconds(60).minus(ALMOST));
        assertFalse(bench.emitter.ended());
        bench.time.advance(ALMOST);
        assertEquals(
                CancelCause.STALLED,
                ((TokenEvent.End) bench.outcome()).details().cancelCause().orElseThrow());
        assertEquals(1, heard.events.size());
        heard.subscription.request(Long.MAX_VALUE);
        assertEquals(34, heard.events.size(), "nothing is dropped");
    }

    @Test
    @DisplayName("FLW-02: each event taken begins the stall limit anew")
    void stream_whenEventsAreTakenSlowly_isNotStalled() {
        Recorder heard = bench.subscribe(new Recorder(1));
        bench.tokens(32);
        for (int i = 0; i < 10; i++) {
            bench.time.advance(Duration.ofSeconds(50));
            heard.subscription.request(1);
        }
        assertFalse(bench.emitter.ended());
        bench.time.advance(Duration.ofSeconds(59));
        assertFalse(bench.emitter.ended());
        bench.time.advance(Duration.ofSeconds(1));
        assertEquals(
                CancelCause.STALLED,
                ((TokenEvent.End) bench.outcome()).details().cancelCause().orElseThrow());
    }
}
