package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ConnectionFault;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.StreamFault;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of fault there is shows as a correct adapter would show it, and leaves the next task alone. */
@NoLeaks
@Timeout(60)
class MockFaultTest {

    private static final int PIECES = 12;
    private static final Duration FIRST_TOKEN = Duration.ofSeconds(21);
    private static final Duration IDLE = Duration.ofSeconds(11);

    @RegisterExtension
    final MockBench bench = new MockBench();

    /** One fault of each kind, made from the form in which it is written. */
    static Stream<Fault> oneOfEachKind() {
        return Fault.forms().stream()
                .map(form -> Fault.parse(form.replace("TOKENS", "3")
                        .replace("BYTES", form.startsWith("repeated") || form.startsWith("huge") ? "4000" : "9")
                        .replace("EVERY", "PT0S")
                        .replace("CODE", form.startsWith("redirect") ? "302" : "503")
                        .replace("SECONDS", "7")
                        .replace("COUNT", "2")
                        .replace("EVENTS", "2")
                        .replace("DEPTH", "50")
                        .replace("DIGITS", "50")));
    }

    private TestEngine engine(Fault fault) {
        if (fault instanceof ConnectionFault) {
            TestEngine engine = bench.engine(EngineScript.WELL);
            engine.always(fault);
            return engine;
        }
        return bench.engine(EngineScript.with(fault));
    }

    @ParameterizedTest
    @MethodSource("oneOfEachKind")
    void fault_whenItStrikes_endsAsItReads(Fault fault) throws Exception {
        TestEngine engine = engine(fault);
        WorkerAdapter adapter = bench.adapter(engine, "first-token-timeout", "21s", "idle-timeout", "11s");
        Fault.Reading reading = fault.reading();
        boolean early = fault.point().compareTo(Fault.Point.BODY) < 0;
        List<TokenEvent> events = new ArrayList<>();
        try (TokenStream stream = adapter.submit(bench.task())) {
            Iterator<TokenEvent> arriving = stream.iterator();
            if (reading.silent()) {
                MockBench.await(engine, () -> engine.connectionsOpen() == 1);
                for (int i = early ? 0 : 1 + expectedPieces(fault); i > 0; i--) {
                    events.add(arriving.next());
                }
                bench.time.advance(events.size() < 2 ? FIRST_TOKEN : IDLE);
            }
            arriving.forEachRemaining(events::add);
            Patience.get(stream.released());
        }
        assertEquals(!early, events.get(0) instanceof TokenEvent.Started, events.toString());
        assertEquals(early ? 0 : expectedPieces(fault), MockBench.pieces(events), events.toString());
        if (reading.mayBeWell()) {
            assertInstanceOf(TokenEvent.End.class, MockBench.last(events));
        } else {
            WorkerError error = ((TokenEvent.Error) MockBench.last(events)).error();
            assertEquals(reading.code().orElseThrow(), error.code());
            assertTrue(error.message().endsWith("(" + error.code().anchor() + ")"), error.message());
            assertEquals(MockBench.pieces(events), error.tokensDelivered());
        }
        assertEquals(MockBench.text(events), engine.textSent());
        assertEquals(0, engine.connectionsOpen());
        assertEquals(0, engine.slotsBusy());

        engine.well();
        List<TokenEvent> next = MockBench.events(adapter.submit(bench.task()));
        assertInstanceOf(TokenEvent.End.class, MockBench.last(next));
        assertEquals(PIECES, MockBench.pieces(next));
    }

    /** How many pieces come before the fault: those that lie within its nine bytes, where it counts bytes. */
    private int expectedPieces(Fault fault) {
        if (fault.reading().mayBeWell()) {
            return PIECES;
        }
        if (!fault.text().contains("at-byte")) {
            return fault.tokens();
        }
        int bytes = 0;
        int fitting = 0;
        for (String piece :
                MockText.tell("Once upon a time", bench.task(), PIECES).pieces()) {
            bytes += MockText.bytes(piece);
            fitting += bytes <= 9 ? 1 : 0;
        }
        return fitting;
    }

    @Test
    void fault_beyondTheText_strikesAtItsEnd() {
        TestEngine engine = bench.engine(EngineScript.builder()
                .fault(new StreamFault.CutAfterTokens(99))
                .fault(Fault.parse("cut-at-byte:9999"))
                .build());
        WorkerAdapter adapter = bench.adapter(engine);
        for (int i = 0; i < 2; i++) {
            List<TokenEvent> events = MockBench.events(adapter.submit(bench.task()));
            assertEquals(PIECES, MockBench.pieces(events));
            assertEquals(
                    ErrorCode.WORKER_RESET,
                    ((TokenEvent.Error) MockBench.last(events)).error().code());
        }
    }

    @Test
    void error_always_hasTheUsageSoFar() {
        TestEngine engine = bench.engine(EngineScript.with(new StreamFault.CutAfterTokens(3)));
        List<TokenEvent> events = MockBench.events(bench.adapter(engine).submit(bench.task()));
        WorkerError error = ((TokenEvent.Error) MockBench.last(events)).error();
        assertEquals(4, error.usage().prompt().orElseThrow());
        assertEquals(0, error.usage().cached().orElseThrow());
        assertEquals(3, error.usage().generated().orElseThrow());
        assertTrue(error.message().contains("cut-after-tokens:3"), error.message());
        assertTrue(engine.exchange().contains("WORKER_RESET"), engine.exchange());
    }

    @Test
    void errorInStream_always_carriesWhatTheEngineSaid() {
        String endless = "no memory ".repeat(200);
        Fault fault = new StreamFault.ErrorInStream(1, 500, "server_error", endless);
        List<TokenEvent> events = MockBench.events(
                bench.adapter(bench.engine(EngineScript.with(fault))).submit(bench.task()));
        WorkerError error = ((TokenEvent.Error) MockBench.last(events)).error();
        assertEquals(ErrorCode.INTERNAL, error.code());
        assertTrue(error.excerpt().startsWith("server_error (500): no memory"), error.excerpt());
        assertTrue(error.excerpt().length() <= WorkerError.EXCERPT_LIMIT);
        assertTrue(error.message().length() < 400, error.message());
    }

    @Test
    void retryLater_always_carriesWhenToComeBack() {
        TestEngine engine = bench.engine(EngineScript.with(new HeadFault.RetryLater(429, 7)));
        TokenEvent only =
                MockBench.events(bench.adapter(engine).submit(bench.task())).get(0);
        WorkerError error = ((TokenEvent.Error) only).error();
        assertEquals(ErrorCode.ADMISSION_REJECT, error.code());
        assertEquals(Duration.ofSeconds(7), error.retryAfter().orElseThrow());
        assertTrue(error.retriable());
    }

    @Test
    void emptyEvents_always_raiseTheUsageOnly() {
        TestEngine engine = bench.engine(EngineScript.with(new StreamFault.EmptyEvents(3, 5)));
        List<TokenEvent> events = MockBench.events(bench.adapter(engine).submit(bench.task()));
        assertEquals(PIECES, MockBench.pieces(events));
        assertEquals(
                PIECES + 5,
                ((TokenEvent.End) MockBench.last(events)).usage().generated().orElseThrow());
        assertEquals(PIECES + 5, engine.tokensGenerated());
    }

    @Test
    void dripBody_always_takesItsTime() throws Exception {
        TestEngine engine = bench.engine(EngineScript.with(Fault.parse("drip-body:1000:PT1S")));
        try (TokenStream stream = bench.adapter(engine).submit(bench.task())) {
            for (int i = 0; i < PIECES; i++) {
                bench.time.awaitTimer(Duration.ofSeconds(1));
                assertEquals(i, engine.tokensGenerated());
                bench.time.advance(Duration.ofSeconds(1));
            }
            assertEquals(PIECES, MockBench.pieces(MockBench.events(stream)));
        }
    }
}
