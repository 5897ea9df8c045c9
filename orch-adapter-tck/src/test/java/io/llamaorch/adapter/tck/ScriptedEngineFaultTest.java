package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScriptedEngineFaultTest {
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(10);
    private static final String STREAM = "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":5}";
    private static final String WHOLE = "{\"prompt\":\"a\",\"n_predict\":5}";

    private final ScriptedEngine engine = ScriptedEngine.builder().slots(1).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private void assertServesAgain() throws IOException {
        assertTrue(Wire.stream(engine, STREAM).last().toString().contains("stop_type=limit"));
        assertEquals(0, engine.slotsBusy());
    }

    @Test
    void cut_endsTheBytesWithoutATerminator() throws IOException {
        engine.enqueueFault(new StreamFault.CutAfterTokens(3));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertFalse(stream.terminated());
        assertEquals(3, stream.events().size());
        assertServesAgain();
    }

    @Test
    void cut_ofAWhole_endsWithoutAByte() throws IOException {
        engine.enqueueFault(new StreamFault.CutAfterTokens(3));
        assertThrows(EOFException.class, () -> Wire.post(engine, "/completion", WHOLE));
        assertServesAgain();
    }

    @Test
    void cut_atZero_endsAfterTheHead() throws IOException {
        engine.enqueueFault(new StreamFault.CutAfterTokens(0));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertTrue(stream.head().startsWith("HTTP/1.1 200"));
        assertEquals(0, stream.events().size());
        assertFalse(stream.terminated());
    }

    @Test
    void fault_beyondTheText_strikesAtItsEnd() throws IOException {
        engine.enqueueFault(new StreamFault.EndWithoutMarker(1000));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertEquals(5, stream.events().size());
        assertTrue(stream.terminated());
    }

    @Test
    void endWithoutMarker_endsInOrderButTooEarly() throws IOException {
        engine.enqueueFault(new StreamFault.EndWithoutMarker(2));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertTrue(stream.terminated());
        assertEquals(2, stream.events().size());
        assertTrue(stream.events().stream().allMatch(event -> event.contains("\"stop\":false")));
        engine.enqueueFault(new StreamFault.EndWithoutMarker(2));
        Wire.Answer whole = Wire.post(engine, "/completion", WHOLE);
        assertEquals(200, whole.status());
        assertEquals("", whole.body());
        assertServesAgain();
    }

    @Test
    void error_insideAStream_isTheLastEvent() throws IOException {
        engine.enqueueFault(new StreamFault.ErrorInStream(2, 500, "server_error", "Context size has been exceeded."));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertTrue(stream.terminated());
        assertEquals(
                "{\"error\":{\"code\":500,\"message\":\"Context size has been exceeded.\",\"type\":\"server_error\"}}",
                stream.events().get(2));
        engine.enqueueFault(new StreamFault.ErrorInStream(2, 500, "server_error", "no"));
        assertEquals(500, Wire.post(engine, "/completion", WHOLE).status());
        assertServesAgain();
    }

    @Test
    void stall_keepsTheSlotUntilTheClientLeaves() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(2));
        try (Wire wire = new Wire(engine)) {
            wire.complete(STREAM).head();
            wire.event();
            wire.event();
            assertTrue(wire.isSilent());
            assertEquals(1, engine.slotsBusy());
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
        assertEquals(1, engine.clientsLeft());
        assertServesAgain();
    }

    @Test
    void status_isAnsweredAsGiven() throws IOException {
        engine.enqueueFault(new HeadFault.Status(502, "<html>Bad Gateway</html>", "text/html"));
        Wire.Answer answer = Wire.post(engine, "/completion", STREAM);
        assertTrue(answer.head().startsWith("HTTP/1.1 502 Bad Gateway\r\n"));
        assertTrue(answer.head().contains("Content-Type: text/html\r\n"));
        assertEquals("<html>Bad Gateway</html>", answer.body());
        engine.enqueueFault(new HeadFault.Status(400, "", ""));
        answer = Wire.post(engine, "/completion", STREAM);
        assertEquals(400, answer.status());
        assertFalse(answer.head().contains("Content-Type"));
        assertServesAgain();
    }

    @Test
    void redirect_namesTheOtherPlace() throws IOException {
        engine.enqueueFault(new HeadFault.Redirect(307, "http://127.0.0.1:1/completion"));
        Wire.Answer answer = Wire.post(engine, "/completion", STREAM);
        assertEquals(307, answer.status());
        assertTrue(answer.head().contains("Location: http://127.0.0.1:1/completion\r\n"));
    }

    @Test
    void hang_saysNothingUntilTheClientLeaves() throws Exception {
        engine.enqueueFault(new HeadFault.HangBeforeHead());
        try (Wire wire = new Wire(engine)) {
            wire.complete(STREAM);
            assertTrue(wire.isSilent());
        }
        assertTrue(engine.await(e -> e.clientsLeft() == 1, MUST_HAPPEN));
        assertServesAgain();
    }

    @Test
    void html_isAPageWithStatus200() throws IOException {
        engine.enqueueFault(new HeadFault.Html200());
        Wire.Answer answer = Wire.post(engine, "/completion", STREAM);
        assertEquals(200, answer.status());
        assertTrue(answer.head().contains("Content-Type: text/html\r\n"));
        assertTrue(answer.body().startsWith("<!DOCTYPE html>"));
    }

    @Test
    void wrongContentType_leavesTheRestWell() throws IOException {
        engine.enqueueFault(new HeadFault.WrongContentType("text/plain"));
        Wire.Stream stream = Wire.stream(engine, STREAM);
        assertTrue(stream.head().contains("Content-Type: text/plain\r\n"));
        assertEquals(6, stream.events().size());
    }

    @Test
    void faults_strikeOneRequestEachInTheirOrder() throws IOException {
        engine.enqueueFault(new HeadFault.Status(500, "one", ""));
        engine.enqueueFault(new HeadFault.Status(503, "two", ""));
        assertEquals(200, Wire.get(engine, "/health").status());
        assertEquals("one", Wire.post(engine, "/completion", STREAM).body());
        assertEquals("two", Wire.post(engine, "/completion", STREAM).body());
        assertServesAgain();
    }

    @Test
    void fault_withNonsense_isRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> new HeadFault.Status(99, "", ""));
        assertThrows(IllegalArgumentException.class, () -> new HeadFault.Redirect(200, "/"));
    }
}
