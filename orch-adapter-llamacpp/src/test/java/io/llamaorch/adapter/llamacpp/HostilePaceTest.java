package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Engines that take their time, or never come to an end: a limit ends them, whatever they send meanwhile (ERR-04, TIM-01,
 * EVT-10).
 */
@NoLeaks
class HostilePaceTest {

    private static final Duration FIRST_TOKEN = Duration.ofSeconds(120);
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** What an endless case sends before its time is up; a gigabyte in the documented run. */
    private static final long ENOUGH = Long.getLong("orch.hostile.bytes", 16 << 20);

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    @AfterAll
    static void writeTable() throws IOException {
        HostileBench.writeTable();
    }

    /** Sends the second part a byte at a time, one for each permit. */
    private record Drip(String first, String slowly, Semaphore permits) implements FakeEngine.Script {
        @Override
        public void talk(FakeEngine.Line line) throws Exception {
            line.send(first);
            for (int i = 0; ; i++) {
                permits.acquire();
                line.send(slowly.substring(i % slowly.length(), i % slowly.length() + 1));
            }
        }
    }

    private void assertEndsAfter(Duration limit, FakeEngine.Script script, Semaphore permits) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/completion", script);
        TokenStream stream = adapter.submit(task().build());
        stream.collect(); // so that somebody takes what comes
        for (Duration left = limit.minus(SECOND); !left.isZero(); left = left.minus(SECOND)) {
            permits.release();
            fixture.time().advance(SECOND);
        }
        assertFalse(stream.outcome().toCompletableFuture().isDone(), "before its time");
        fixture.time().advance(SECOND);
        assertError(ErrorCode.DECODE_TIMEOUT, stream);
        bench.assertWell();
    }

    @Test
    void head_thatDripsAByteASecond_endsAtTheFirstTokensLimit() throws Exception {
        Semaphore permits = new Semaphore(0);
        assertEndsAfter(FIRST_TOKEN, new Drip("HTTP/1.1 200 OK\r\nX: ", "y", permits), permits);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":\n\n",
                "data: {\"content\":\"\"}\n\n",
                "data: {\"content\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                        + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n\n",
                "data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"processed\":1}}\n\n",
                "data: null\n\n"
            })
    void body_thatDripsAByteASecond_endsAtTheFirstTokensLimit(String slowly) throws Exception {
        Semaphore permits = new Semaphore(0);
        assertEndsAfter(FIRST_TOKEN, new Drip(Flood.STREAM, slowly, permits), permits);
    }

    @Test
    void refusal_whoseBodyNeverEnds_isToldByItsStatusAfterFiveSeconds() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/completion", new Drip("HTTP/1.1 400 Bad Request\r\n\r\n", "x", new Semaphore(1)));
        TokenStream stream = adapter.submit(task().build());
        Patience.await(
                "the end of the answer is awaited",
                () -> fixture.time().pending().stream()
                        .anyMatch(timer -> timer.contains("an answer that is no stream")));

        fixture.time().advance(Duration.ofSeconds(5).minusNanos(1));
        assertFalse(stream.outcome().toCompletableFuture().isDone(), "before its time");
        fixture.time().advance(Duration.ofNanos(1));

        assertError(ErrorCode.INVALID_PARAMS, stream);
        bench.assertWell();
    }

    /** As fast as the engine can: nothing of it is a token. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ":\n\n",
                ": a comment of some length, to see whether that makes a difference\n\n",
                "id: 7\nevent: x\n\n",
                "\n",
                "data: null\n\n",
                "data: {\"content\":\"\",\"tokens_predicted\":0}\n\n",
                "data: {\"content\":\"\",\"prompt_progress\":{\"total\":9,\"processed\":1}}\n\n"
            })
    void stream_ofNothingThatNeverEnds_endsAtItsLimit_andTakesNoMemory(String again) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        Flood flood = new Flood(Flood.STREAM, again, Long.MAX_VALUE, "");
        engine.on("/completion", flood);
        TokenStream stream = adapter.submit(task().build());
        stream.collect(); // so that somebody takes what comes
        Patience.await("sent " + ENOUGH + " bytes", () -> flood.sent() > ENOUGH);
        assertFalse(stream.outcome().toCompletableFuture().isDone(), "before its time");
        fixture.time().advance(FIRST_TOKEN);
        assertError(ErrorCode.DECODE_TIMEOUT, stream);
        bench.assertFrugal(
                "without end: `" + again.replace("\n", "\\n") + "`", "`DECODE_TIMEOUT` in time", flood, ENOUGH);
        bench.assertWell();
    }

    @Test
    void connection_thatIsNeverClosed_isClosedByTheAdapterAtTheEndMarker() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        Semaphore closed = new Semaphore(0);
        engine.on("/completion", line -> {
            line.send(Flood.STREAM + FakeEngine.END);
            line.awaitClose();
            closed.release();
        });
        AdapterFixture.end(adapter.submit(task().build()));
        Patience.await("closed", closed::tryAcquire);
    }

    @Test
    void tokens_thatStop_endAtTheIdleLimit_thoughBytesGoOn() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        Semaphore permits = new Semaphore(0);
        engine.on(
                "/completion",
                new Drip(Flood.STREAM + "data: {\"content\":\"a\",\"tokens_predicted\":1}\n\n", ":\n\n", permits));
        TokenStream stream = adapter.submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        events.next();
        events.next();
        for (int i = 1; i < IDLE.toSeconds(); i++) {
            permits.release();
            fixture.time().advance(SECOND);
        }
        assertFalse(stream.outcome().toCompletableFuture().isDone(), "before its time");
        fixture.time().advance(SECOND);
        assertError(ErrorCode.DECODE_TIMEOUT, stream);
    }
}
