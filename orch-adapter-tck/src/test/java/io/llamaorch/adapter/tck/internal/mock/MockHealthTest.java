package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.ConnectionFault;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health and properties follow the engine's state and its faults, in bounded time. */
@NoLeaks
@Timeout(60)
class MockHealthTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @RegisterExtension
    final MockBench bench = new MockBench();

    private TestEngine engine() {
        return bench.engine(EngineScript.builder().stepped().build());
    }

    private static Throwable failure(CompletionStage<?> stage) {
        return assertThrows(ExecutionException.class, () -> Patience.get(stage)).getCause();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refuse | UNHEALTHY | POOL_UNAVAILABLE | false",
                "close-on-accept | UNHEALTHY | POOL_UNAVAILABLE | false",
                "status:401:: | UNHEALTHY | UNAUTHORIZED | true",
                "status:500:: | UNHEALTHY | POOL_UNAVAILABLE | false",
                "status:503:: | DEGRADED | POOL_UNREADY | true",
                "html200 | UNHEALTHY | PROTOCOL | true",
                "cut-at-byte:0 | UNHEALTHY | POOL_UNAVAILABLE | false"
            })
    void health_whenAFaultIsThereForAlways_followsIt(
            String fault, WorkerHealth.Status status, ErrorCode code, boolean live) throws Exception {
        TestEngine engine = engine();
        WorkerAdapter adapter = bench.adapter(engine);
        engine.always(Fault.parse(fault));
        WorkerHealth health = Patience.get(adapter.health());
        assertEquals(status, health.status(), health.reason());
        assertEquals(code, health.code().orElseThrow());
        assertEquals(live, health.live());
        assertInstanceOf(WorkerException.class, failure(adapter.properties()));
        assertEquals(
                Fault.parse(fault).reading().code().orElseThrow(),
                ((WorkerException) failure(adapter.engineVersion())).error().code());
        engine.well();
        assertTrue(Patience.get(adapter.health()).ready());
        Patience.get(adapter.properties());
    }

    @ParameterizedTest
    @CsvSource({"cut-after-tokens:1", "stall-after-tokens:1", "stay-open", "ignore-disconnect", "drip-body:1:PT1S"})
    void health_whenOnlyStreamsSuffer_isWell(String fault) throws Exception {
        TestEngine engine = engine();
        engine.always(Fault.parse(fault));
        assertTrue(Patience.get(bench.adapter(engine).health()).ready());
    }

    @Test
    void health_whenTheEngineLoads_isDegradedWithARetryHint() throws Exception {
        TestEngine engine = bench.engine(
                EngineScript.builder().state(EngineScript.State.LOADING).build());
        WorkerHealth health = Patience.get(bench.adapter(engine).health());
        assertEquals(WorkerHealth.Status.DEGRADED, health.status());
        assertTrue(health.live());
        assertEquals(Duration.ofSeconds(1), health.retryAfter().orElseThrow());
    }

    @Test
    void health_whenTheEngineIsSilent_isUnhealthyInTime() throws Exception {
        TestEngine engine = engine();
        WorkerAdapter adapter = bench.adapter(engine);
        engine.always(new ConnectionFault.NeverRead());
        var health = adapter.health().toCompletableFuture();
        var properties = adapter.properties();
        bench.time.advance(LIMIT.minusNanos(1));
        assertFalse(health.isDone());
        bench.time.advance(Duration.ofNanos(1));
        assertEquals(ErrorCode.DECODE_TIMEOUT, Patience.get(health).code().orElseThrow());
        assertEquals(WorkerHealth.Status.UNHEALTHY, Patience.get(health).status());
        assertEquals(
                ErrorCode.DECODE_TIMEOUT,
                ((WorkerException) failure(properties)).error().code());
    }

    @Test
    void health_whenTheEngineIsSilentButStreams_isDegraded() throws Exception {
        TestEngine engine = engine();
        WorkerAdapter adapter = bench.adapter(engine, "health-timeout", "2s", "idle-timeout", "10s");
        try (TokenStream stream = adapter.submit(bench.task())) {
            var events = stream.iterator();
            engine.release(1);
            events.next();
            assertInstanceOf(TokenEvent.Token.class, events.next());
            TokenStream slow = adapter.submit(bench.task());
            assertInstanceOf(TokenEvent.Started.class, slow.iterator().next());
            engine.always(new HeadFault.HangBeforeHead());
            CompletionStage<WorkerHealth> health = adapter.health();
            bench.time.advance(Duration.ofSeconds(2));
            assertEquals(WorkerHealth.Status.DEGRADED, Patience.get(health).status());
            bench.time.advance(Duration.ofSeconds(9));
            assertEquals(
                    ErrorCode.DECODE_TIMEOUT,
                    ((TokenEvent.Error) events.next()).error().code());
            CompletionStage<WorkerHealth> again = adapter.health();
            bench.time.advance(Duration.ofSeconds(2));
            assertFalse(slow.outcome().toCompletableFuture().isDone(), "it runs, and hears nothing");
            assertEquals(WorkerHealth.Status.UNHEALTHY, Patience.get(again).status());
        }
    }

    @Test
    void close_whenQuestionsWait_failsThemAndLeavesNoTimer() {
        TestEngine engine = engine();
        WorkerAdapter adapter = bench.adapter(engine);
        engine.always(new HeadFault.HangBeforeHead());
        CompletionStage<WorkerHealth> health = adapter.health();
        var properties = adapter.properties();
        adapter.close();
        assertInstanceOf(IllegalStateException.class, failure(health));
        assertInstanceOf(IllegalStateException.class, failure(properties));
        assertEquals(0, bench.time.waiting());
        assertInstanceOf(IllegalStateException.class, failure(adapter.health()));
        assertInstanceOf(IllegalStateException.class, failure(adapter.properties()));
        assertInstanceOf(IllegalStateException.class, failure(adapter.engineVersion()));
        assertEquals(0, bench.time.waiting());
    }
}
