package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.events;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Levels above best effort on one adapter, without a host (DET-02, DET-03). */
@NoLeaks
class LlamaCppDeterminismTest {

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private final CountDownLatch end = new CountDownLatch(1);

    private WorkerAdapter exclusive(FakeEngine engine) {
        return fixture.adapter(fixture.config(engine.url()).option("exclusive", "true"));
    }

    private static TaskRequest task(String job, Determinism level) {
        return TaskRequest.builder("Once upon a time")
                .jobId(job)
                .determinism(level)
                .build();
    }

    /** An engine whose streams say something and end when this test says so. */
    private FakeEngine held() throws Exception {
        return fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.token("a");
            Patience.await(end);
            line.chunk(FakeEngine.END);
        });
    }

    @Test
    void level_whenTheServerIsNotExclusive_isRefusedUnsent() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerError error =
                assertError(ErrorCode.UNSUPPORTED, fixture.adapter(engine).submit(task("a", Determinism.GREEDY)));
        assertTrue(error.message().contains("set the option 'exclusive'"), error.message());
        assertEquals(List.of(), engine.requests("/completion"));
    }

    @Test
    void level_thatTheTaskContradicts_isRefusedUnsent() throws Exception {
        FakeEngine engine = fixture.engine();
        TaskRequest hot =
                task("a", Determinism.GREEDY).toBuilder().temperature(0.8).build();
        assertError(ErrorCode.INVALID_PARAMS, exclusive(engine).submit(hot));
        assertEquals(List.of(), engine.requests("/completion"));
    }

    @Test
    void level_whileAnotherStreamRuns_isRefused() throws Exception {
        WorkerAdapter adapter = exclusive(held());
        TokenStream other = adapter.submit(task("other", Determinism.BEST_EFFORT));
        WorkerError error = assertError(ErrorCode.ADMISSION_REJECT, adapter.submit(task("a", Determinism.SEEDED)));
        assertTrue(error.retriable());
        end.countDown();
        end(other);
        end(adapter.submit(task("a", Determinism.SEEDED)));
    }

    @Test
    void stream_besideOneThatMustBeAlone_isRefused() throws Exception {
        WorkerAdapter adapter = exclusive(held());
        TokenStream alone = adapter.submit(task("alone", Determinism.SEEDED));
        for (Determinism level : Determinism.values()) {
            WorkerError error = assertError(ErrorCode.ADMISSION_REJECT, adapter.submit(task("b", level)));
            assertTrue(error.message().contains("(alone)"), error.message());
        }
        end.countDown();
        end(alone);
        end(adapter.submit(task("b", Determinism.BEST_EFFORT)));
    }

    /** What was cancelled may still be worked on; only the slots tell. */
    @Test
    void level_whileACancelIsNotProved_isRefused() throws Exception {
        FakeEngine engine = held();
        WorkerAdapter adapter = exclusive(engine);
        Patience.get(adapter.properties()); // a stream has a mark only once its engine is known
        TokenStream cancelled = adapter.submit(task("cancelled", Determinism.BEST_EFFORT));
        cancelled.iterator().next();
        cancelled.cancel();
        Patience.get(cancelled.outcome());
        assertError(ErrorCode.ADMISSION_REJECT, adapter.submit(task("a", Determinism.SEEDED)));
        fixture.time().advance(Duration.ofSeconds(10)); // nothing is proved by then, nor will be
        Patience.get(cancelled.released());
        end.countDown();
        end(adapter.submit(task("a", Determinism.SEEDED)));
    }

    private static Fingerprint atEnd(TokenStream stream) throws Exception {
        return end(stream).details().fingerprint().orElseThrow();
    }

    @Test
    void fingerprint_ofTheFirstTask_tellsTheServerFromTheStart() throws Exception {
        List<TokenEvent> events = events(exclusive(fixture.engine()).submit(task("a", Determinism.GREEDY)));
        Fingerprint atStart =
                ((TokenEvent.Started) events.get(0)).details().fingerprint().orElseThrow();
        assertEquals("b11669-Debian", atStart.entries().get("engine.version"));
        assertEquals("656320", atStart.entries().get("model.parameters"));
        assertEquals("0", atStart.entries().get("id_slot"));
        Fingerprint atEnd = ((TokenEvent.End) events.get(events.size() - 1))
                .details()
                .fingerprint()
                .orElseThrow();
        assertEquals("0", atEnd.entries().get("slot"));
        assertTrue(atEnd.entries().entrySet().containsAll(atStart.entries().entrySet()), atEnd::toString);
    }

    @Test
    void fingerprint_ofEqualTasks_isEqual() throws Exception {
        WorkerAdapter adapter = exclusive(fixture.engine());
        TaskRequest.Builder seven = task("a", Determinism.SEEDED).toBuilder().seed(7);
        assertEquals(atEnd(adapter.submit(seven.build())), atEnd(adapter.submit(seven.build())));
        Fingerprint eight = atEnd(adapter.submit(seven.seed(8).build()));
        assertNotEquals(eight, atEnd(adapter.submit(seven.seed(7).build())));
        assertEquals("8", eight.entries().get("seed"));
    }

    @Test
    void seed_drawn_isWhatWasSent() throws Exception {
        FakeEngine engine = fixture.engine();
        Fingerprint fingerprint = atEnd(exclusive(engine).submit(task("a", Determinism.SEEDED)));
        String sent = engine.requests("/completion").get(0);
        assertTrue(sent.contains("\"seed\":" + fingerprint.entries().get("seed") + ","), sent);
    }

    @Test
    void fingerprint_whenTheServerTellsNothing_isThereAtTheEnd() throws Exception {
        FakeEngine engine = fixture.engine();
        engine.on("/props", line -> line.json(404, "{}")).on("/v1/models", line -> line.json(404, "{}"));
        List<TokenEvent> events = events(exclusive(engine).submit(task("a", Determinism.GREEDY)));
        assertFalse(((TokenEvent.Started) events.get(0)).details().fingerprint().isPresent());
        Fingerprint atEnd = ((TokenEvent.End) events.get(events.size() - 1))
                .details()
                .fingerprint()
                .orElseThrow();
        assertEquals("GREEDY", atEnd.entries().get("level"));
    }
}
