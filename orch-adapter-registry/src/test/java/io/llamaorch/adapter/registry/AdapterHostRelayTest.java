package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** EVT-08, FLW-02, FLW-05 and FLW-07 through the host: what a caller sees of a replica's stream. */
@NoLeaks
class AdapterHostRelayTest extends HostFixture {

    /** What may wait at the adapter, at the host, and on its way between them. */
    private static final int READ_AHEAD = 32 + 32 + 2 * 16;

    private FakeAdapter r0;

    private TokenEmitter running(Heard heard) {
        TokenEmitter emitter = r0.emitter(heard.stream.jobId());
        emitter.started("fake-model", StartDetails.NONE);
        return emitter;
    }

    private Heard quiet(String job) {
        r0 = bind("r0");
        return Heard.quiet(submit(job));
    }

    private Heard loud(String job) {
        r0 = bind("r0");
        return heard(job);
    }

    private static List<Integer> indices(Heard heard) {
        return heard.all(TokenEvent.Token.class).stream()
                .map(TokenEvent.Token::index)
                .toList();
    }

    @Test
    void readAhead_whenNobodyAsks_isBounded() {
        Heard heard = quiet("a");
        TokenEmitter emitter = running(heard);
        int tokens = 0;
        while (emitter.token("x") && tokens < 10_000) {
            tokens++;
        }
        assertTrue(tokens < READ_AHEAD, tokens + " tokens");
        assertEquals(List.of(), heard.events);
    }

    @Test
    void demand_whenItComes_letsTheEngineGoOnAndLosesNothing() {
        Heard heard = quiet("a");
        TokenEmitter emitter = running(heard);
        AtomicInteger said = new AtomicInteger();
        Runnable goOn = () -> {
            while (said.get() < 1_000 && emitter.token("x" + said.getAndIncrement())) {
                // until it says no
            }
        };
        emitter.onDemand(goOn);
        goOn.run();
        int ahead = said.get();
        heard.ask(10);
        assertEquals(10, heard.events.size());
        for (int i = 0; i < 1_000 && said.get() < 1_000; i++) {
            heard.ask(1);
            assertTrue(said.get() - heard.events.size() <= READ_AHEAD, said + " of " + heard.events.size());
        }
        assertTrue(ahead < said.get());
        heard.ask(Long.MAX_VALUE);
        assertEquals(IntStream.range(0, 1_000).boxed().toList(), indices(heard));
    }

    @Test
    void events_whenNotAskedFor_areNotDelivered() {
        Heard heard = quiet("a");
        TokenEmitter emitter = running(heard);
        emitter.token("one");
        emitter.token("two");
        heard.ask(1);
        assertEquals("Started", heard.kinds());
        heard.ask(1);
        assertEquals("Started Token", heard.kinds());
    }

    @Test
    void tokens_arePassedOnOneByOneAsTheyCome() {
        Heard heard = loud("a");
        TokenEmitter emitter = running(heard);
        for (int i = 0; i < 100; i++) {
            emitter.token("x");
            assertEquals(i + 1, indices(heard).size());
        }
    }

    @Test
    void outcome_withoutAnyDemand_isKnownAtTheEnd() {
        Heard heard = quiet("a");
        TokenEmitter emitter = running(heard);
        for (int i = 0; i < 60; i++) {
            emitter.token("x");
        }
        emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
        assertFalse(heard.isRunning());
        assertEquals(0, places("r0").running());
        assertEquals(List.of(), heard.events);
        heard.ask(Long.MAX_VALUE);
        assertEquals(60, indices(heard).size());
        heard.assertEnded();
    }

    @Test
    void outcome_withoutAnyDemand_isKnownAtAFailure() {
        Heard heard = quiet("a");
        TokenEmitter emitter = running(heard);
        for (int i = 0; i < 60; i++) {
            emitter.token("x");
        }
        emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up"));
        WorkerError error = errorOf(heard.stream);
        assertEquals(ErrorCode.WORKER_RESET, error.code());
        assertEquals(60, error.tokensDelivered());
    }

    @Test
    void usage_whenTheTaskIsCancelled_isWhatTheEngineCounted() {
        Heard heard = loud("a");
        TokenEmitter emitter = running(heard);
        emitter.usage(12, 3, 4);
        host.cancel("a");
        assertEquals(Usage.of(12, 3, 4), ((TokenEvent.End) heard.end()).usage());
    }

    @Test
    void usage_whenTheDeadlinePasses_isWhatTheEngineCounted() {
        r0 = bind("r0");
        Heard heard =
                heard(task("a").toBuilder().deadline(Duration.ofSeconds(5)).build());
        running(heard).usage(12, 3, 4);
        time.advance(Duration.ofSeconds(5));
        assertEquals(
                Usage.of(12, 3, 4), heard.assertFailed(ErrorCode.DEADLINE_UNMET).usage());
    }

    @Test
    void usage_whenTheTaskIsCancelledInTheQueue_isUnknown() {
        bind("r0", 1);
        heard("first");
        Heard heard = heard("a");
        host.cancel("a");
        assertEquals(Usage.UNKNOWN, ((TokenEvent.End) heard.end()).usage());
    }

    @Test
    void cancel_atTheAdapter_isPassedOnWithItsCauseAndNotRepeated() {
        Heard heard = loud("a");
        r0.cancel("a");
        TokenEvent.End end = (TokenEvent.End) heard.end();
        assertEquals(StopReason.CANCELLED, end.reason());
        assertEquals(CancelCause.CALLER, end.details().cancelCause().orElseThrow());
        assertEquals(List.of("a"), r0.jobs);
    }

    @Test
    void cancel_ofTheTask_reachesTheAdapterAtOnce() {
        Heard heard = loud("a");
        TokenEmitter emitter = running(heard);
        emitter.token("x");
        host.cancel("a");
        assertTrue(emitter.ended());
        assertFalse(emitter.token("y"));
        assertEquals(1, indices(heard).size());
    }

    @Test
    void subscriber_whenItThrows_costsItsOwnStreamOnly() {
        r0 = bind("r0");
        TokenStream broken = submit("broken");
        broken.subscribe(new NonBlockingSubscriber() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(TokenEvent event) {
                throw new IllegalStateException("boom");
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });
        Heard other = heard("other");
        FakeAdapter.end(r0.emitter("broken"), "hello");
        FakeAdapter.end(r0.emitter("other"), "hello");
        assertFailed(ErrorCode.INTERNAL, broken);
        other.assertEnded();
    }
}
