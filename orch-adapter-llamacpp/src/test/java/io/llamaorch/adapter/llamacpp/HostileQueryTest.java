package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The small questions to a hostile engine: refused in bounded time and memory, and no task suffers (ERR-04, SEC-05, HLT-03). */
@NoLeaks
class HostileQueryTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";

    /** An answer of a mebibyte is read whole, and then as text once or twice. */
    private static final long MEMORY = 24 << 20;

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    /** Told by its name. */
    record Answer(String name, Flood flood) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Answer> answers() {
        return Stream.of(
                endless("an endless string", OK + "{\"build_info\":\"", "x"),
                endless("an endless array", OK + "[1", ",1"),
                endless("an endless header", "HTTP/1.1 200 OK\r\nA: ", "x"),
                endless("a gigabyte, announced", "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", " "),
                endless("chunks without end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n"),
                endless("HTML without end", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "<p>"),
                whole("arrays nested 400,000 deep", OK + "[".repeat(400_000)),
                whole("objects nested 100,000 deep", OK + "{\"x\":".repeat(100_000)),
                whole("a number of half a million digits", OK + "{\"total_slots\":" + "9".repeat(500_000) + "}"),
                whole("a name of half a million characters", OK + "{\"" + "n".repeat(500_000) + "\":1}"),
                whole("broken JSON", OK + "{\"status\":}"),
                whole("HTML", OK + "<html>"),
                whole(
                        "both length headers",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"));
    }

    private static Answer endless(String name, String head, String again) {
        return new Answer(name, new Flood(head, again, Flood.GIGABYTE, ""));
    }

    private static Answer whole(String name, String answer) {
        return new Answer(name, Flood.of(answer));
    }

    @AfterAll
    static void writeTable() throws IOException {
        HostileBench.writeTable();
    }

    private static ErrorCode code(CompletionStage<?> stage) throws InterruptedException {
        return ((WorkerException) Patience.failure(stage)).error().code();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void health_hostile_isUnhealthyAsNonsense(Answer answer) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/health", answer.flood());
        WorkerHealth health = Patience.get(adapter.health());
        assertEquals(WorkerHealth.Status.UNHEALTHY, health.status());
        assertEquals(Optional.of(ErrorCode.PROTOCOL), health.code());
        bench.assertBounded("to `/health`: " + answer, "unhealthy, `PROTOCOL`", answer.flood(), MEMORY);
        bench.assertWell();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void properties_hostile_areRefused_andTasksRunWithoutThem(Answer answer) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/props", answer.flood());
        assertEquals(ErrorCode.PROTOCOL, code(adapter.properties()));
        bench.assertBounded("to `/props`: " + answer, "`PROTOCOL`", answer.flood(), MEMORY);
        end(adapter.submit(task().build()));
        bench.assertWell();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void models_hostile_failTheTaskThatNamesOne(Answer answer) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/v1/models", answer.flood());
        assertError(ErrorCode.PROTOCOL, adapter.submit(task().model("another").build()));
        bench.assertBounded("to `/v1/models`: " + answer, "`PROTOCOL`", answer.flood(), MEMORY);
        bench.assertWell();
    }

    /** What the first task waits for is bounded too: by the time that it may wait for the version (EVT-07). */
    @ParameterizedTest
    @MethodSource("answers")
    void properties_hostileFromTheStart_onlyLeaveTheVersionUnknown(Answer answer) throws Exception {
        FakeEngine engine = fixture.engine();
        engine.on("/props", answer.flood());
        end(fixture.adapter(engine).submit(task().build()));
    }

    @Test
    void answers_thatDripAByteASecond_endAtTheirLimit() throws Exception {
        FakeEngine engine = fixture.engine();
        Semaphore permits = new Semaphore(0);
        FakeEngine.Script drip = line -> {
            line.send("HTTP/1.1 200 OK\r\n\r\n{");
            while (true) {
                permits.acquire();
                line.send(" ");
            }
        };
        engine.on("/health", drip).on("/props", drip).on("/v1/models", drip);
        WorkerAdapter adapter = fixture.adapter(engine);
        CompletionStage<WorkerHealth> health = adapter.health();
        CompletionStage<?> properties = adapter.properties();
        Patience.await(
                "both asked",
                () -> engine.requests("/health").size()
                                + engine.requests("/props").size()
                        == 2);
        for (int i = 0; i < 60; i++) {
            permits.release(2);
            fixture.time().advance(Duration.ofSeconds(1));
        }
        assertEquals(Optional.of(ErrorCode.DECODE_TIMEOUT), Patience.get(health).code());
        assertEquals(ErrorCode.DECODE_TIMEOUT, code(properties));
    }
}
