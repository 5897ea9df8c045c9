package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.QueueDetails;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("The order of events (EVT-01, EVT-02, EVT-05, EVT-07, EVT-08)")
class EventOrderTest {

    private final Bench bench = new Bench();
    private final EmitterCore emitter = bench.emitter;

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("EVT-01: every kind comes out in the order in which it went in, and one terminal last")
    void events_whenOfEveryKind_keepTheirOrder() {
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.start();
        emitter.progress(5, 10, 2);
        emitter.token("a");
        emitter.toolCall("c1", "look", "{}");
        emitter.metrics(Timings.UNKNOWN);
        emitter.extension("x", "{}");
        emitter.token("b");
        bench.end();
        heard.assertKinds("Started", "Progress", "Token", "ToolCall", "Metrics", "Extension", "Token", "End");
        assertTrue(heard.completed);
    }

    @Test
    @DisplayName("EVT-01: the same holds if nobody listened meanwhile")
    void events_whenSubscribedLate_keepTheirOrder() {
        bench.start();
        emitter.token("a");
        emitter.progress(5, 10, 2);
        bench.end();
        bench.subscribe(Recorder.greedy()).assertKinds("Started", "Token", "Progress", "End");
    }

    @Test
    @DisplayName("EVT-02: nothing but an error comes before Started")
    void emitter_whenNotStarted_refusesEverythingButError() {
        assertThrows(IllegalStateException.class, () -> emitter.token("a"));
        assertThrows(IllegalStateException.class, () -> emitter.toolCall("c", "n", "{}"));
        assertThrows(IllegalStateException.class, () -> emitter.progress(1, 2, 0));
        assertThrows(IllegalStateException.class, () -> emitter.metrics(Timings.UNKNOWN));
        assertThrows(IllegalStateException.class, () -> emitter.extension("x", "{}"));
        assertThrows(IllegalStateException.class, bench::end);
        assertTrue(emitter.error(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "refused")));
        bench.subscribe(Recorder.greedy()).assertKinds("Error");
    }

    @Test
    @DisplayName("EVT-02: Started comes once")
    void started_whenCalledTwice_isRefused() {
        bench.start();
        assertThrows(IllegalStateException.class, bench::start);
    }

    @Test
    @DisplayName("EVT-01: nothing comes after the terminal")
    void emitter_whenEnded_doesNothing() {
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.start();
        assertTrue(bench.end());
        assertFalse(emitter.token("late"));
        assertFalse(emitter.toolCall("c", "n", "{}"));
        assertFalse(emitter.progress(1, 2, 0));
        assertFalse(emitter.metrics(Timings.UNKNOWN));
        assertFalse(emitter.extension("x", "{}"));
        assertFalse(bench.start());
        assertFalse(bench.end());
        assertFalse(emitter.error(WorkerError.of(ErrorCode.INTERNAL, "late")));
        assertTrue(emitter.ended());
        heard.assertKinds("Started", "End");
    }

    @Test
    @DisplayName("EVT-05: an engine does not end with CANCELLED")
    void end_whenCancelled_isRefused() {
        bench.start();
        assertThrows(
                IllegalArgumentException.class,
                () -> emitter.end(StopReason.CANCELLED, Timings.UNKNOWN, EndDetails.NONE));
        assertFalse(emitter.ended());
    }

    @Test
    @DisplayName("EVT-07: Started names job, engine, model and replica")
    void started_whenReplicaIsNotGiven_isFilledIn() {
        bench.start();
        Recorder heard = bench.subscribe(Recorder.greedy());
        TokenEvent.Started started = (TokenEvent.Started) heard.events.get(0);
        assertEquals("job-1", started.jobId());
        assertEquals("engine", started.engine());
        assertEquals("model", started.model());
        assertEquals("r0", started.details().replica());
    }

    @Test
    @DisplayName("EVT-07: a replica that the adapter names itself stays")
    void started_whenReplicaIsGiven_keepsIt() {
        emitter.started("model", StartDetails.builder().replica("other").build());
        TokenEvent.Started started =
                (TokenEvent.Started) bench.subscribe(Recorder.greedy()).events.get(0);
        assertEquals("other", started.details().replica());
    }

    @Test
    @DisplayName("EVT-07: End carries usage, timings and details")
    void end_whenUsageIsKnown_carriesIt() {
        bench.start();
        emitter.usage(7, 3, 11);
        Timings timings = Timings.of(Duration.ofMillis(1), Duration.ofMillis(2));
        EndDetails details = EndDetails.builder().slot(4).build();
        emitter.end(StopReason.LIMIT, timings, details);
        assertEquals(new TokenEvent.End(StopReason.LIMIT, Usage.of(7, 3, 11), timings, details), bench.outcome());
    }

    @Test
    @DisplayName("EVT-08: usage and timings so far are on a cancelled End")
    void cancelledEnd_whenUsageIsKnown_carriesIt() {
        bench.start();
        Timings timings = Timings.of(Duration.ofMillis(1), Duration.ofMillis(2));
        emitter.usage(7, 3, 11);
        emitter.metrics(timings);
        bench.stream().cancel();
        TokenEvent.End end = (TokenEvent.End) bench.outcome();
        assertEquals(Usage.of(7, 3, 11), end.usage());
        assertEquals(timings, end.timings());
    }

    @Test
    @DisplayName("EVT-08: usage so far, pieces, engine and replica are on an Error")
    void error_whenThingsAreKnown_carriesThem() {
        bench.start();
        bench.tokens(3);
        emitter.usage(7, -1, 4);
        emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        WorkerError error = bench.error();
        assertEquals(3, error.tokensDelivered());
        assertEquals(Usage.of(7, -1, 4), error.usage());
        assertEquals("engine", error.engine());
        assertEquals("r0", error.replica());
        assertFalse(error.retriable(), "a token was delivered");
    }

    @Test
    @DisplayName("EVT-08: what the adapter says about an error itself stays")
    void error_whenAdapterKnowsMore_keepsIt() {
        emitter.error(WorkerError.builder(ErrorCode.INTERNAL, "x")
                .engine("behind")
                .replica("other")
                .usage(Usage.of(1, 1, 1))
                .build());
        assertEquals("behind", bench.error().engine());
        assertEquals("other", bench.error().replica());
        assertEquals(Usage.of(1, 1, 1), bench.error().usage());
    }

    @Test
    @DisplayName("EVT-01: null is refused at the call, and the stream goes on")
    void emitter_whenGivenNull_refusesItAndGoesOn() {
        bench.start();
        assertThrows(NullPointerException.class, () -> emitter.error(null));
        assertThrows(NullPointerException.class, () -> emitter.end(null, Timings.UNKNOWN, EndDetails.NONE));
        assertThrows(NullPointerException.class, () -> emitter.end(StopReason.LIMIT, null, EndDetails.NONE));
        assertThrows(NullPointerException.class, () -> emitter.end(StopReason.LIMIT, Timings.UNKNOWN, null));
        assertThrows(NullPointerException.class, () -> emitter.forward(null));
        assertThrows(NullPointerException.class, () -> emitter.token(null));
        assertThrows(NullPointerException.class, () -> emitter.metrics(null));
        assertThrows(NullPointerException.class, () -> emitter.onDemand(null));
        assertThrows(NullPointerException.class, () -> emitter.onCancel(null));
        assertFalse(emitter.ended());
        bench.end();
        bench.subscribe(Recorder.greedy()).assertKinds("Started", "End");
    }

    @Test
    @DisplayName("EVT-01: a forwarded stream comes out as it went in")
    void forward_whenOfEveryKind_keepsEventsAsTheyAre() {
        TokenEvent.Error error = new TokenEvent.Error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        TokenEvent[] events = {
            new TokenEvent.Queued(2, QueueDetails.NONE),
            new TokenEvent.Started("job-1", "engine", "m", StartDetails.NONE),
            new TokenEvent.Progress(1, 2, 0),
            new TokenEvent.Token(0, "a", Channel.REASONING, TokenDetails.NONE),
            new TokenEvent.ToolCall(0, "c", "n", "{}"),
            new TokenEvent.Metrics(Usage.of(1, 2, 3), Timings.UNKNOWN),
            new TokenEvent.Extension("x", "{}")
        };
        Recorder heard = bench.subscribe(Recorder.greedy());
        for (TokenEvent event : events) {
            assertTrue(emitter.forward(event));
        }
        assertFalse(emitter.forward(error));
        for (int i = 0; i < events.length; i++) {
            assertSame(events[i], heard.events.get(i));
        }
        assertEquals(1, heard.error().tokensDelivered());
        assertEquals(Usage.of(1, 2, 3), heard.error().usage());
    }

    @Test
    @DisplayName("EVT-01: a forwarded End is the terminal itself")
    void forward_whenEnd_isTheTerminal() {
        bench.start();
        TokenEvent.End end = new TokenEvent.End(StopReason.LIMIT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
        emitter.forward(end);
        assertSame(end, bench.outcome());
    }

    @Test
    @DisplayName("EVT-01, EVT-03: a forwarded event that is out of order is refused")
    void forward_whenOutOfOrder_isRefused() {
        TokenEvent queued = new TokenEvent.Queued(1, QueueDetails.NONE);
        TokenEvent second = new TokenEvent.Token(1, "b", Channel.TEXT, TokenDetails.NONE);
        TokenEvent end = new TokenEvent.End(StopReason.LIMIT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
        assertThrows(IllegalStateException.class, () -> emitter.forward(second), "a token before Started");
        assertThrows(IllegalStateException.class, () -> emitter.forward(end), "an End before Started");
        bench.start();
        assertThrows(IllegalStateException.class, () -> emitter.forward(queued), "Queued after Started");
        assertThrows(IllegalStateException.class, () -> emitter.forward(second), "a gap in the numbers");
        assertFalse(emitter.ended());
    }
}
