package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.events;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeEngine.Line;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over a socket, through the public contract only. */
@NoLeaks
class LlamaCppAdapterTest {

    private static final Duration VERSION_WAIT = Duration.ofMillis(250);

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    @Test
    void stream_recorded_isDeliveredWhole() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        List<TokenEvent> events = events(adapter.submit(task().maxTokens(4).build()));
        TokenEvent.Started started = (TokenEvent.Started) events.get(0);
        assertEquals("job-1", started.jobId());
        assertEquals("llamacpp", started.engine());
        assertEquals("bigram", started.model());
        assertEquals(Optional.of("b11669-Debian"), started.details().engineVersion());
        assertEquals("r0", started.details().replica());
        assertEquals(" the moon heard the", text(events));
        TokenEvent.End end = (TokenEvent.End) events.get(5);
        assertEquals(StopReason.LIMIT, end.reason());
        assertEquals(Usage.of(23, 0, 4), end.usage());
        assertEquals(Timings.of(Duration.ofNanos(5_434_000), Duration.ofNanos(34_070_000)), end.timings());
        assertEquals(OptionalInt.of(0), end.details().slot());
        assertEquals(6, events.size());
    }

    @Test
    void stream_ofEveryRecording_endsAsItDid() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        for (String name : List.of("stop-word", "timings", "n_probs", "progress", "ping", "utf8-emoji")) {
            engine.on("/completion", line -> line.stream(Transcripts.text("completion-stream-" + name)));
            List<TokenEvent> events = events(adapter.submit(task().build()));
            assertTrue(events.get(events.size() - 1) instanceof TokenEvent.End, name);
            assertFalse(text(events).isEmpty(), name);
        }
        assertEquals(1, engine.requests("/props").size(), "one epoch, one question");
    }

    @Test
    void timingsAndProgress_areEventsOfTheirOwn() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        engine.on("/completion", line -> line.stream(Transcripts.text("completion-stream-progress-multibatch")));
        assertTrue(events(adapter.submit(task().build())).contains(new TokenEvent.Progress(256, 600, 0)));
        engine.on("/completion", line -> line.stream(Transcripts.text("completion-stream-timings")));
        assertEquals(
                4,
                events(adapter.submit(task().build())).stream()
                        .filter(TokenEvent.Metrics.class::isInstance)
                        .count());
    }

    @Test
    void request_isOneThatTheEngineUnderstands() throws Exception {
        FakeEngine engine = fixture.engine();
        events(fixture.adapter(engine)
                .submit(task().maxTokens(4).stop("\r\n\r\nGET /").build()));
        String request = engine.requests("/completion").get(0);
        assertTrue(request.startsWith("POST /completion HTTP/1.1\r\n"), request);
        assertTrue(request.contains("\r\nContent-Type: application/json\r\n"), request);
        assertTrue(request.contains("\r\nAccept: text/event-stream\r\n"), request);
        assertFalse(request.contains("Authorization"), request);
        assertFalse(request.contains("X-Conversation-Id"), request);
        assertTrue(request.endsWith("}"), request);
        assertTrue(request.contains("\"stop\":[\"\\r\\n\\r\\nGET /\"]"), request);
    }

    /** Piece n + 1 is only sent once piece n was delivered (EVT-09). */
    @Test
    void piece_isDeliveredAsSoonAsItWasRead() throws Exception {
        BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            lines.add(line);
            line.streamHead();
            for (int i = 0; i < 50; i++) {
                line.token("t" + i + " ");
                line.await();
            }
            line.chunk(FakeEngine.END);
            line.awaitClose();
        });
        Iterator<TokenEvent> events =
                fixture.adapter(engine).submit(task().build()).iterator();
        assertTrue(events.next() instanceof TokenEvent.Started);
        Line line = Patience.next(lines);
        for (int i = 0; i < 50; i++) {
            assertEquals("t" + i + " ", ((TokenEvent.Token) events.next()).text());
            line.go();
        }
        assertTrue(events.next() instanceof TokenEvent.End);
    }

    /** The adapter lets go at the end marker, whatever the engine does then (EVT-10). */
    @Test
    void endMarker_endsTheStreamAndTheConnection() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.token("a");
            line.chunk(FakeEngine.END);
            line.awaitClose();
            closed.countDown();
        });
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        assertEquals(StopReason.END_OF_TEXT, end(stream).reason());
        Patience.await(closed);
        assertEquals("a", text(events(stream)));
    }

    @Test
    void whatFollowsTheEndMarker_isIgnored() throws Exception {
        FakeEngine engine = fixture.engine()
                .on(
                        "/completion",
                        line -> line.stream("data: {\"content\":\"a\"}\n\n" + FakeEngine.END
                                + "data: {\"content\":\"b\"}\n\ndata: {\"error\":{\"code\":500}}\n\nnonsense"));
        List<TokenEvent> events = events(fixture.adapter(engine).submit(task().build()));
        assertEquals("a", text(events));
        assertEquals(3, events.size());
    }

    @Test
    void properties_thatAreSlow_holdStartedBackForAMomentOnly() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        FakeEngine engine = fixture.engine().on("/props", line -> {
            line.awaitClose();
            gone.countDown();
        });
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().build());
        fixture.time().awaitTimer(VERSION_WAIT);
        assertFalse(stream.outcome().toCompletableFuture().isDone());
        fixture.time().advance(VERSION_WAIT);
        List<TokenEvent> events = events(stream);
        TokenEvent.Started started = (TokenEvent.Started) events.get(0);
        assertEquals(Optional.empty(), started.details().engineVersion());
        assertEquals("", started.model());
        assertEquals(" the moon heard the", text(events));
        adapter.close();
        Patience.await(gone);
    }

    @Test
    void properties_thatComeLate_areInTheNextStarted() throws Exception {
        BlockingQueue<Line> asked = new LinkedBlockingQueue<>();
        FakeEngine engine = fixture.engine().on("/props", line -> {
            asked.add(line);
            line.await();
            line.json(200, Transcripts.text("props"));
        });
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream first = adapter.submit(task().build());
        fixture.time().awaitTimer(VERSION_WAIT);
        fixture.time().advance(VERSION_WAIT);
        events(first);
        TokenStream second = adapter.submit(task().build());
        Patience.next(asked).go();
        TokenEvent.Started started = (TokenEvent.Started) events(second).get(0);
        assertEquals(Optional.of("b11669-Debian"), started.details().engineVersion());
        assertEquals(1, engine.requests("/props").size(), "asked once for both");
    }

    @Test
    void version_isReadAgainAfterACut() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        engine.on("/props", line -> line.json(200, "{\"build_info\":\"old\"}"));
        events(adapter.submit(task().build()));
        engine.on("/props", line -> line.json(200, "{\"build_info\":\"new\"}"));
        engine.on("/completion", line -> {
            line.streamHead();
            line.reset();
        });
        assertError(ErrorCode.WORKER_RESET, adapter.submit(task().build()));
        engine.on("/completion", line -> line.stream(FakeEngine.END));
        TokenEvent.Started started =
                (TokenEvent.Started) events(adapter.submit(task().build())).get(0);
        assertEquals(Optional.of("new"), started.details().engineVersion());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bigram", "bigram.gguf", "/models/bigram.gguf"})
    void model_underAnyOfItsNames_isServed(String model) throws Exception {
        FakeEngine engine = fixture.engine();
        TokenStream stream = fixture.adapter(engine).submit(task().model(model).build());
        assertEquals(StopReason.LIMIT, end(stream).reason());
        assertFalse(engine.requests("/completion").get(0).contains("\"model\":"));
    }

    @Test
    void model_thatIsNotServed_isNotFoundAndNothingIsSent() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerError error = assertError(
                ErrorCode.NOT_FOUND,
                fixture.adapter(engine).submit(task().model("llama-3").build()));
        assertTrue(error.message().contains("'llama-3'"), error.message());
        assertTrue(error.message().contains("/models/bigram.gguf"), error.message());
        assertEquals(List.of(), engine.requests("/completion"));
    }

    @Test
    void bodyThatEndsCleanlyWithoutTheMarker_isACut() throws Exception {
        FakeEngine engine = fixture.engine()
                .on("/completion", line -> line.stream(Transcripts.text("completion-stream-cancelled-by-delete")));
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        WorkerError error = assertError(ErrorCode.WORKER_RESET, stream);
        assertEquals(24, error.tokensDelivered());
        assertEquals(Usage.of(8, -1, 24), error.usage());
        assertFalse(error.retriable());
        assertEquals(" the moon heard".repeat(8), text(events(stream)));
    }

    @Test
    void errorInsideTheStream_isTold() throws Exception {
        FakeEngine engine = fixture.engine()
                .on("/completion", line -> line.stream(Transcripts.text("completion-stream-midstream-error")));
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        WorkerError error = assertError(ErrorCode.INTERNAL, stream);
        assertEquals(119, error.tokensDelivered());
        assertEquals(Usage.of(10, -1, 119), error.usage());
        assertEquals("Context size has been exceeded.", error.excerpt());
    }

    @Test
    void errorLineOfAnOldServer_isTold() throws Exception {
        FakeEngine engine = fixture.engine()
                .on(
                        "/completion",
                        line -> line.stream("error: {\"code\":400,\"message\":\"too long\","
                                + "\"type\":\"invalid_request_error\"}\n\n"));
        assertEquals(
                "too long",
                assertError(ErrorCode.INVALID_PARAMS, fixture.adapter(engine).submit(task().build()))
                        .excerpt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: <html>\n\n", "data: {\"content\":\"a\"\n\n", "data: {} {}\n\n", "data: \u00ff{\n\n"})
    void nonsenseInsideTheStream_isProtocol(String nonsense) throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.chunk(nonsense);
            line.awaitClose();
        });
        assertError(ErrorCode.PROTOCOL, fixture.adapter(engine).submit(task().build()));
    }

    /** The engine may go on for ever: what is read, and how long, is bounded (ERR-04). */
    @Test
    void lineWithoutEnd_isProtocolInBoundedMemory() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.chunk("data: {\"content\":\"");
            try {
                while (true) {
                    line.chunk("x".repeat(10_000));
                }
            } catch (SocketException hungUp) {
                closed.countDown();
            }
        });
        assertError(ErrorCode.PROTOCOL, fixture.adapter(engine).submit(task().build()));
        Patience.await(closed);
    }

    /** What comes in one read is one callback a chunk: many chunks, split anywhere, are one stream. */
    @Test
    void chunks_ofAnySize_areOneStream() throws Exception {
        byte[] body = Transcripts.body("completion-stream-utf8-emoji");
        for (int size : new int[] {1, 2, 3, 7, 100, 10_000}) {
            FakeEngine engine = fixture.engine().on("/completion", line -> {
                StringBuilder all = new StringBuilder(FakeEngine.STREAM_HEAD);
                String latin = new String(body, StandardCharsets.ISO_8859_1);
                for (int at = 0; at < latin.length(); at += size) {
                    String part = latin.substring(at, Math.min(latin.length(), at + size));
                    all.append(Integer.toHexString(part.length()))
                            .append("\r\n")
                            .append(part)
                            .append("\r\n");
                }
                line.sendBytes(all.append("0\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
                line.awaitClose();
            });
            assertEquals(
                    "🦙 after accenté cjk中 bad\uFFFD word cut\uFFFD over lone\uFFFD end",
                    text(events(fixture.adapter(engine).submit(task().build()))));
        }
    }

    @Test
    void demand_missing_leavesTheEngineUnreadAndLosesNothing() throws Exception {
        int tokens = 300_000;
        AtomicInteger sent = new AtomicInteger();
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            line.streamHead();
            StringBuilder events = new StringBuilder();
            for (int i = 1; i <= tokens; i++) {
                events.append("data: {\"content\":\"abcdefghi")
                        .append(i % 10)
                        .append("\",\"stop\":false,\"padding\":\"")
                        .append("0123456789".repeat(4))
                        .append("\"}\n\n");
                if (i % 100 == 0) {
                    line.chunk(events.toString());
                    events.setLength(0);
                    sent.set(i);
                }
            }
            line.chunk(FakeEngine.END);
            line.awaitClose();
        });
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        CountDownLatch subscribed = new CountDownLatch(1);
        CountDownLatch completed = new CountDownLatch(1);
        AtomicInteger received = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        stream.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription.set(given);
                subscribed.countDown();
            }

            @Override
            public void onNext(TokenEvent event) {
                if (event instanceof TokenEvent.Token token) {
                    int number = received.incrementAndGet();
                    if (token.index() != number - 1 || token.text().charAt(9) != '0' + number % 10) {
                        wrong.incrementAndGet();
                    }
                }
            }

            @Override
            public void onError(Throwable thrown) {
                wrong.incrementAndGet();
            }

            @Override
            public void onComplete() {
                completed.countDown();
            }
        });
        Patience.await(subscribed);
        Patience.awaitNot("more is sent than is asked for", () -> sent.get() == tokens || received.get() > 0);
        subscription.get().request(Long.MAX_VALUE);
        Patience.await(completed);
        assertEquals(tokens, received.get());
        assertEquals(0, wrong.get());
        assertEquals(StopReason.END_OF_TEXT, end(stream).reason());
    }

    @Test
    void streams_manyAtOnce_areAllDelivered() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        List<TokenStream> streams = IntStream.range(0, 40)
                .mapToObj(i -> adapter.submit(task().jobId("job-" + i).build()))
                .toList();
        for (TokenStream stream : streams) {
            assertEquals(" the moon heard the", text(events(stream)));
        }
        assertEquals(1, engine.requests("/props").size());
    }

    @Test
    void job_thatRuns_isRefusedASecondTime() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", Line::awaitClose);
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream first = adapter.submit(task().build());
        assertError(ErrorCode.INVALID_PARAMS, adapter.submit(task().build()));
        first.cancel();
        assertEquals(StopReason.CANCELLED, end(first).reason());
    }

    @Test
    void failure_ofOneStream_leavesTheNextAlone() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        for (int i = 0; i < 5; i++) {
            engine.on("/completion", line -> line.stream("data: nonsense\n\n"));
            assertError(ErrorCode.PROTOCOL, adapter.submit(task().build()));
            engine.on("/completion", line -> line.stream(Transcripts.text("completion-stream-short")));
            assertEquals(StopReason.LIMIT, end(adapter.submit(task().build())).reason());
        }
    }

    @Test
    void task_notSupported_isRefusedAndLeavesNothingBehind() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().extra("stream", false).build());
        assertError(ErrorCode.INVALID_PARAMS, stream);
        Patience.get(stream.released());
        assertEquals(0, fixture.time().waiting());
        assertEquals(List.of(), engine.requests("/completion"));
        assertEquals(List.of(), engine.requests("/props"));
    }
}
