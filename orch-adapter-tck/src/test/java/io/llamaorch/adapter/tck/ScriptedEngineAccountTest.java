package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine says about itself and its clients is what happened, also when a fault is in force. */
@NoLeaks
@Timeout(60)
class ScriptedEngineAccountTest {
    private static final String STREAM = "{\"prompt\":\"a\",\"stream\":true,\"temperature\":0,\"n_predict\":5}";
    private static final String ENDLESS = "{\"prompt\":\"a\",\"stream\":true,\"ignore_eos\":true}";

    private final ScriptedEngine engine = ScriptedEngine.builder().slots(1).start();

    @AfterEach
    void close() {
        engine.close();
    }

    /** Sends a request and something behind it, all in one piece, and reads to the end. */
    private static String exchange(ScriptedEngine engine, String body, String behind) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), engine.port())) {
            String request = "POST /completion HTTP/1.1\r\nHost: engine\r\ncontent-length: " + body.length()
                    + "\r\n\r\n" + body + behind;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void strayInput_whenItComesTogetherWithTheRequest_isCounted() throws IOException {
        exchange(engine, STREAM, "\r\n");
        assertEquals(2, engine.strayInput());
        exchange(engine, STREAM, "");
        assertEquals(0, engine.strayInput());
    }

    @Test
    void strayInput_whenItComesLater_isCounted() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            wire.head();
            wire.event();
            assertEquals(0, engine.strayInput());
            wire.send("GET", "/health", "");
            assertTrue(engine.await(() -> engine.strayInput() > 0, Patience.mustHappen()));
        }
    }

    @Test
    void clientsLeft_whenTheAnswerWasWhole_isNotCounted() throws Exception {
        engine.enqueueFault(new HeadFault.Html200());
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            wire.answer();
        }
        assertTrue(engine.await(e -> e.connectionsOpen() == 0, Patience.mustHappen()));
        assertEquals(0, engine.clientsLeft());
    }

    @Test
    void connectionsOpen_whenAClientLeavesThatIsNeverRead_falls() throws Exception {
        engine.always(new ConnectionFault.NeverRead());
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            assertTrue(wire.isSilent());
            assertTrue(engine.await(e -> e.connectionsOpen() == 1, Patience.mustHappen()));
        }
        assertTrue(engine.await(e -> e.connectionsOpen() == 0, Patience.mustHappen()));
    }

    @Test
    void ignoreDisconnect_whenTheEngineCloses_ends() throws Exception {
        assertClosesInTime(ScriptedEngine.builder().pace(0.01).start());
    }

    @Test
    void ignoreDisconnect_whenTheSteppedEngineCloses_ends() throws Exception {
        assertClosesInTime(ScriptedEngine.builder().stepped(true).start());
    }

    private static void assertClosesInTime(ScriptedEngine slow) throws Exception {
        try {
            slow.enqueueFault(new StreamFault.IgnoreDisconnect());
            try (Wire wire = new Wire(slow).complete(ENDLESS)) {
                wire.head();
            }
            Patience.awaitNot("the slot was given back", () -> slow.slotsBusy() == 0);
        } finally {
            long began = System.nanoTime();
            slow.close();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            assertTrue(millis < 5000, millis + " ms");
        }
        assertEquals(0, slow.slotsBusy());
    }

    @Test
    void byteOrderMark_whenProgressIsAsked_isAtTheVeryBeginning() throws IOException {
        engine.enqueueFault(new StreamFault.ByteOrderMark());
        try (Wire wire = new Wire(engine)) {
            wire.complete(STREAM.replace("}", ",\"return_progress\":true}")).head();
            assertTrue(wire.chunk().startsWith("\ufeffdata: "));
            assertTrue(wire.chunk().startsWith("data: "));
        }
    }

    @Test
    void carriageReturns_always_areOnEveryLine() throws IOException {
        engine.enqueueFault(new StreamFault.CarriageReturns());
        String body = exchange(engine, STREAM.replace("}", ",\"return_progress\":true}"), "");
        assertEquals(
                List.of(),
                Pattern.compile("data: [^\n]*[^\r]\n").matcher(body).results().toList());
    }

    @Test
    void repeatedPrompt_always_isTheOnlyOne() throws IOException {
        engine.enqueueFault(new StreamFault.RepeatedPrompt(1000));
        String body = exchange(engine, STREAM, "");
        assertEquals(1, Pattern.compile("\"prompt\":\"").matcher(body).results().count());
        assertTrue(body.contains("x".repeat(1000)) || body.contains("a".repeat(1000)));
    }

    @Test
    void moreAfterEnd_inTheOpenAiForm_comesAfterTheMarker() throws Exception {
        try (ScriptedEngine other =
                ScriptedEngine.builder().dialect(EngineDialect.OPENAI).start()) {
            other.enqueueFault(new StreamFault.MoreAfterEnd(2));
            try (Wire wire = new Wire(other)) {
                wire.send("POST", "/v1/completions", STREAM.replace("n_predict", "max_tokens"));
                wire.head();
                StringBuilder all = new StringBuilder();
                for (String chunk = wire.chunk(); !chunk.isEmpty(); chunk = wire.chunk()) {
                    all.append(chunk);
                }
                assertTrue(all.indexOf("[DONE]") > 0, all::toString);
                assertTrue(all.lastIndexOf("\"text\"") > all.indexOf("[DONE]"), all::toString);
            }
        }
    }

    @Test
    void departures_always_tellHowAndWhen() throws Exception {
        long before = System.nanoTime();
        engine.always(new HeadFault.HangBeforeHead());
        for (boolean reset : new boolean[] {false, true}) {
            try (Wire wire = new Wire(engine).complete(STREAM)) {
                assertTrue(wire.isSilent());
                if (reset) {
                    wire.reset();
                }
            }
            int left = reset ? 2 : 1;
            assertTrue(engine.await(e -> e.clientsLeft() == left, Patience.mustHappen()));
            assertTrue(engine.exchange().contains(reset ? "= the client reset" : "= the client closed"));
        }
        assertEquals(
                List.of(false, true),
                engine.departures().stream().map(ClientDeparture::reset).toList());
        assertTrue(engine.departures().get(0).nanoTime() - before > 0);
        assertTrue(engine.departures().get(1).nanoTime()
                > engine.departures().get(0).nanoTime());
    }

    @Test
    void exchange_whenTheEngineResets_saysSo_andKeepsTheKey() throws Exception {
        engine.enqueueFault(new StreamFault.ResetAfterTokens(1));
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", STREAM, "Authorization: Bearer very-secret", "X-Api-Key: very-secret");
            assertTrue(engine.await(() -> engine.exchange().contains("\n= the engine"), Patience.mustHappen()));
        }
        String told = engine.exchange();
        assertTrue(told.contains("\n= the engine reset the connection after "), told);
        assertTrue(told.contains("Authorization: (not shown)"), told);
        assertFalse(told.contains("very-secret"), told);
    }

    @Test
    void wakeUps_whenManyComeAtOnce_areOne() throws Exception {
        engine.sleep();
        Thread[] clients = new Thread[8];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new Thread(this::assertTasksAreServed);
            clients[i].start();
        }
        for (Thread client : clients) {
            client.join();
        }
        assertEquals(1, engine.wakeUps());
    }

    private void assertTasksAreServed() {
        try {
            Wire.stream(engine, STREAM);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void accounts_whenAskedWhileTheEngineSpeaks_holdNobodyUp() throws Exception {
        try (Wire wire = new Wire(engine).complete(ENDLESS)) {
            wire.head();
            Patience.await("the end of the text", () -> {
                engine.exchange();
                engine.strayInput();
                return engine.slotsBusy() == 0;
            });
        }
    }
}
