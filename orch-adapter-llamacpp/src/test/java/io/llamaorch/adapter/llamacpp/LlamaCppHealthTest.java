package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeEngine.Line;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerHealth.Status;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Health and properties over a socket (HLT). */
@NoLeaks
class LlamaCppHealthTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private static void assertHealth(Status status, Optional<ErrorCode> code, WorkerHealth health) {
        assertEquals(status, health.status(), health.reason());
        assertEquals(code, health.code());
        assertFalse(health.reason().isBlank());
    }

    @Test
    void engine_thatIsWell_isHealthyAndWasAskedNothingThatCosts() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        assertHealth(Status.HEALTHY, Optional.empty(), Patience.get(adapter.health()));
        assertEquals(1, engine.requests("/health").size());
        assertEquals(1, engine.requests("/props").size());
        assertEquals(List.of(), engine.requests("/slots"));
        assertEquals(List.of(), engine.requests("/completion"));
    }

    @Test
    void model_loading_isDegradedUntilItIsLoaded() throws Exception {
        FakeEngine engine = fixture.engine().on("/health", line -> line.json(503, Transcripts.text("health-loading")));
        WorkerAdapter adapter = fixture.adapter(engine);
        WorkerHealth loading = Patience.get(adapter.health());
        assertHealth(Status.DEGRADED, Optional.of(ErrorCode.POOL_UNREADY), loading);
        assertTrue(loading.live());
        assertFalse(loading.ready());
        assertTrue(loading.retryAfter().isPresent());
        engine.on("/health", line -> line.json(200, "{\"status\":\"ok\"}"));
        assertHealth(Status.HEALTHY, Optional.empty(), Patience.get(adapter.health()));
    }

    @Test
    void credential_refused_isUnauthorizedButAlive() throws Exception {
        FakeEngine engine =
                fixture.engine().on("/props", line -> line.json(401, Transcripts.text("error-unauthorized")));
        WorkerHealth health = Patience.get(fixture.adapter(engine).health());
        assertHealth(Status.UNHEALTHY, Optional.of(ErrorCode.UNAUTHORIZED), health);
        assertTrue(health.live());
    }

    @Test
    void engine_thatIsGone_isUnhealthy() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        engine.close();
        WorkerHealth health = Patience.get(adapter.health());
        assertHealth(Status.UNHEALTHY, Optional.of(ErrorCode.POOL_UNAVAILABLE), health);
        assertFalse(health.live());
        WorkerException thrown = assertInstanceOf(WorkerException.class, Patience.failure(adapter.properties()));
        assertEquals(ErrorCode.POOL_UNAVAILABLE, thrown.error().code());
    }

    @Test
    void engine_thatSaysNothing_isUnhealthyWithinTheLimit() throws Exception {
        FakeEngine engine = fixture.engine().on("/health", Line::awaitClose);
        CompletionStage<WorkerHealth> health = fixture.adapter(engine).health();
        fixture.time().awaitTimer(LIMIT);
        Patience.await("the engine is asked", () -> engine.requests("/health").size() == 1);
        fixture.time().advance(LIMIT);
        assertHealth(Status.UNHEALTHY, Optional.of(ErrorCode.DECODE_TIMEOUT), Patience.get(health));
    }

    @Test
    void limit_isAnOption() throws Exception {
        FakeEngine engine = fixture.engine().on("/health", Line::awaitClose);
        CompletionStage<WorkerHealth> health = fixture.adapter(
                        fixture.config(engine.url()).option("health-timeout", "70ms"))
                .health();
        fixture.time().awaitTimer(Duration.ofMillis(70));
        Patience.await("the engine is asked", () -> engine.requests("/health").size() == 1);
        fixture.time().advance(Duration.ofMillis(70));
        assertHealth(Status.UNHEALTHY, Optional.of(ErrorCode.DECODE_TIMEOUT), Patience.get(health));
    }

    @Test
    void engine_thatSaysNothingButStreams_isBusy() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        FakeEngine engine = fixture.engine().on("/health", Line::awaitClose).on("/completion", line -> {
            line.streamHead();
            line.token("a");
            Patience.await(done);
            line.chunk(FakeEngine.END);
        });
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        events.next();
        events.next();
        CompletionStage<WorkerHealth> health = adapter.health();
        fixture.time().awaitTimer(LIMIT);
        Patience.await("the engine is asked", () -> engine.requests("/health").size() == 1);
        fixture.time().advance(LIMIT);
        WorkerHealth busy = Patience.get(health);
        assertHealth(Status.DEGRADED, Optional.empty(), busy);
        assertTrue(busy.ready(), "it is busy, not ill (HLT-03)");
        done.countDown();
        AdapterFixture.end(stream);
        fixture.time().advance(Duration.ofSeconds(30));
        CompletionStage<WorkerHealth> later = adapter.health();
        fixture.time().awaitTimer(LIMIT);
        Patience.await("the engine is asked", () -> engine.requests("/health").size() == 2);
        fixture.time().advance(LIMIT);
        assertHealth(Status.UNHEALTHY, Optional.of(ErrorCode.DECODE_TIMEOUT), Patience.get(later));
    }

    @Test
    void properties_areWhatTheEngineTells() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.engine());
        WorkerProperties properties = Patience.get(adapter.properties());
        assertEquals(OptionalInt.of(2), properties.slots());
        assertEquals(OptionalInt.of(2), properties.freeSlots());
        assertEquals(OptionalInt.of(2048), properties.contextLength());
        assertEquals(Optional.of("bigram"), properties.model());
        assertEquals(Set.of("slots", "metrics"), properties.features());
        assertEquals("b11669-Debian", Patience.get(adapter.engineVersion()));
    }

    @Test
    void freeSlots_areThoseThatOurStreamsLeave() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", Line::awaitClose);
        WorkerAdapter adapter = fixture.adapter(engine);
        for (int running = 0; running < 4; running++) {
            assertEquals(
                    OptionalInt.of(Math.max(0, 2 - running)),
                    Patience.get(adapter.properties()).freeSlots());
            adapter.submit(task().jobId("job-" + running).build());
        }
        for (int job = 0; job < 4; job++) {
            adapter.cancel("job-" + job);
        }
        assertEquals(OptionalInt.of(2), Patience.get(adapter.properties()).freeSlots());
    }

    @Test
    void properties_notTold_areAbsent() throws Exception {
        FakeEngine engine = fixture.engine()
                .on("/props", line -> line.json(200, "{}"))
                .on("/v1/models", line -> line.json(200, "{}"));
        WorkerProperties properties = Patience.get(fixture.adapter(engine).properties());
        assertEquals(OptionalInt.empty(), properties.slots());
        assertEquals(OptionalInt.empty(), properties.freeSlots());
        assertEquals(Optional.empty(), properties.model());
        assertEquals(Optional.empty(), properties.engineVersion());
    }

    @Test
    void properties_nameTheModelByEveryAliasToo() throws Exception {
        String models = "{\"data\":[{\"id\":\"bigram\",\"aliases\":[\"small\",\"bigram\"]}]}";
        FakeEngine engine = fixture.engine().on("/v1/models", line -> line.json(200, models));
        WorkerProperties properties = Patience.get(fixture.adapter(engine).properties());
        assertEquals(List.of("bigram", "bigram.gguf", "/models/bigram.gguf", "small"), properties.modelNames());
        assertEquals(Optional.of("bigram"), properties.model());
    }

    @Test
    void properties_ofAnEngineThatListsNoModels_areWhatElseItTells() throws Exception {
        FakeEngine engine = fixture.engine().on("/v1/models", line -> line.json(404, "{}"));
        WorkerProperties properties = Patience.get(fixture.adapter(engine).properties());
        assertEquals(List.of("bigram", "bigram.gguf", "/models/bigram.gguf"), properties.modelNames());
    }

    @Test
    void properties_whoseNamesCannotBeRead_areNotToldInPart() throws Exception {
        FakeEngine engine = fixture.engine().on("/v1/models", line -> line.json(500, "{}"));
        assertInstanceOf(
                WorkerException.class, Patience.failure(fixture.adapter(engine).properties()));
    }

    @Test
    void properties_haveOneLimitForBothAnswers() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        FakeEngine engine = fixture.engine()
                .on("/props", line -> {
                    fixture.time().advance(LIMIT.minusMillis(1));
                    line.json(200, Transcripts.text("props"));
                })
                .on("/v1/models", line -> {
                    asked.countDown();
                    line.awaitClose();
                });
        CompletionStage<WorkerProperties> properties = fixture.adapter(engine).properties();
        Patience.await(asked);
        fixture.time().advance(Duration.ofMillis(1));
        WorkerException late = assertInstanceOf(WorkerException.class, Patience.failure(properties));
        assertEquals(ErrorCode.DECODE_TIMEOUT, late.error().code());
    }

    @Test
    void properties_thatAreNoJson_areProtocol() throws Exception {
        FakeEngine engine = fixture.engine().on("/props", line -> line.json(200, "<html>"));
        WorkerException thrown = assertInstanceOf(
                WorkerException.class, Patience.failure(fixture.adapter(engine).properties()));
        assertEquals(ErrorCode.PROTOCOL, thrown.error().code());
    }
}
