package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class HeadFaultTest extends FaultBench {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private Wire.Answer answer(Fault fault) throws Exception {
        try (Wire wire = stream(fault)) {
            return wire.answer();
        }
    }

    private Wire.Rest all(Fault fault) throws Exception {
        try (Wire wire = stream(fault)) {
            return wire.rest();
        }
    }

    private static List<String> lengths(String head) {
        return head.lines().filter(line -> line.startsWith("Content-Length:")).toList();
    }

    @Test
    @Demonstrates(HeadFault.HangBeforeHead.class)
    void hangBeforeHead_saysNothingUntilTheClientLeaves() throws Exception {
        try (Wire wire = stream(new HeadFault.HangBeforeHead())) {
            assertTrue(wire.isSilent());
            assertEquals(1, engine.tasks());
            assertEquals(0, engine.slotsTaken());
        }
        assertTrue(engine.await(e -> e.clientsLeft() == 1, Patience.mustHappen()));
    }

    @Test
    @Demonstrates(HeadFault.CloseBeforeHead.class)
    void closeBeforeHead_isAFinWithoutAByte() throws Exception {
        assertEquals(new Wire.Rest("", Wire.End.CLOSED), all(new HeadFault.CloseBeforeHead()));
    }

    @Test
    @Demonstrates(HeadFault.ResetBeforeHead.class)
    void resetBeforeHead_isARstWithoutAByte() throws Exception {
        assertEquals(new Wire.Rest("", Wire.End.RESET), all(new HeadFault.ResetBeforeHead()));
    }

    @Test
    @Demonstrates(HeadFault.CutInHead.class)
    void cutInHead_isAFinAfterSoManyBytes() throws Exception {
        assertEquals(new Wire.Rest(OK + "Ser", Wire.End.CLOSED), all(new HeadFault.CutInHead(20)));
        assertEquals(new Wire.Rest("", Wire.End.CLOSED), all(new HeadFault.CutInHead(0)));
    }

    @Test
    @Demonstrates(HeadFault.DripHead.class)
    void dripHead_sendsOneByteAndThenWaits() throws Exception {
        try (Wire wire = stream(new HeadFault.DripHead(Duration.ofHours(1)))) {
            assertEquals("H", wire.bytes(1));
            assertTrue(wire.isSilent());
        }
    }

    @Test
    void dripHead_whenTheTimeIsShort_sendsTheWholeHead() throws Exception {
        Wire.Answer answer = answer(new HeadFault.DripHead(Duration.ofNanos(1)));
        assertTrue(answer.head().startsWith(OK), answer.head());
        assertTrue(answer.body().startsWith("data: {"), answer.body());
    }

    @Test
    @Demonstrates(HeadFault.EndlessHead.class)
    void endlessHead_sendsLinesUntilTheClientLeaves() throws Exception {
        try (Wire wire = stream(new HeadFault.EndlessHead())) {
            assertEquals(OK, wire.bytes(OK.length()));
            String lines = wire.bytes(MUCH);
            assertTrue(lines.replaceAll("X-Filler: x{1000}\r\n", "").length() < 1013, "other lines came too");
        }
    }

    @Test
    @Demonstrates(HeadFault.EndlessHeaderLine.class)
    void endlessHeaderLine_sendsOneLineUntilTheClientLeaves() throws Exception {
        try (Wire wire = stream(new HeadFault.EndlessHeaderLine())) {
            assertEquals(OK + "X-Filler: ", wire.bytes(OK.length() + 10));
            assertTrue(wire.bytes(MUCH).matches("x+"));
        }
    }

    @Test
    @Demonstrates(HeadFault.StatusLine.class)
    void statusLine_replacesTheFirstLineOnly() throws Exception {
        String well = wellHead();
        try (Wire wire = stream(new HeadFault.StatusLine("ICY 200 Grüße"))) {
            Wire.Stream stream = wire.stream();
            assertEquals("ICY 200 Grüße\r\n" + well.substring(OK.length()), stream.head());
            assertEquals(6, stream.events().size());
        }
    }

    @Test
    @Demonstrates(HeadFault.HeaderLine.class)
    void headerLine_isAddedAsItIs() throws Exception {
        String well = wellHead();
        for (String line : List.of("no colon at all", "X-Nul: a\0b", ": no name")) {
            try (Wire wire = stream(new HeadFault.HeaderLine(line))) {
                assertEquals(OK + line + "\r\n" + well.substring(OK.length()), wire.head());
                assertEquals(Wire.End.CLOSED, wire.rest().end());
            }
        }
    }

    @Test
    @Demonstrates(HeadFault.BothLengths.class)
    void bothLengths_announcesALengthBeforeTheChunks() throws Exception {
        try (Wire wire = stream(new HeadFault.BothLengths())) {
            Wire.Stream stream = wire.stream();
            assertEquals(List.of("Content-Length: 5"), lengths(stream.head()));
            assertTrue(stream.head().contains("\r\nTransfer-Encoding: chunked\r\n"), stream.head());
            assertEquals(6, stream.events().size());
        }
    }

    @Test
    @Demonstrates(HeadFault.TwoLengths.class)
    void twoLengths_announcesTwoAndNoChunks() throws Exception {
        try (Wire wire = stream(new HeadFault.TwoLengths())) {
            String head = wire.head();
            List<String> lengths = lengths(head);
            assertEquals(2, lengths.size(), head);
            assertEquals("Content-Length: 999", lengths.get(0));
            assertFalse(head.contains("Transfer-Encoding"), head);
            String body = wire.bytes(Integer.parseInt(lengths.get(1).substring("Content-Length: ".length())));
            assertTrue(body.startsWith("data: {") && body.endsWith("}\n\n"), body);
        }
    }

    @Test
    @Demonstrates(HeadFault.NegativeLength.class)
    void negativeLength_isTheOnlyOne() throws Exception {
        try (Wire wire = stream(new HeadFault.NegativeLength())) {
            String head = wire.head();
            assertEquals(List.of("Content-Length: -5"), lengths(head));
            assertFalse(head.contains("Transfer-Encoding"), head);
            assertEquals("data: {", wire.bytes(7));
        }
    }

    @Test
    @Demonstrates(HeadFault.Compressed.class)
    void compressed_isAnEventInGzip() throws Exception {
        try (Wire wire = stream(new HeadFault.Compressed())) {
            String head = wire.head();
            assertTrue(head.contains("\r\nContent-Encoding: gzip\r\n"), head);
            assertTrue(head.contains("\r\nContent-Type: text/event-stream\r\n"), head);
            int length = Integer.parseInt(lengths(head).get(0).substring("Content-Length: ".length()));
            byte[] zipped = wire.bytes(length).getBytes(StandardCharsets.ISO_8859_1);
            try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
                String body = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(body.startsWith("data: {") && body.endsWith("}\n\n"), body);
            }
        }
    }

    @Test
    @Demonstrates(HeadFault.Status.class)
    void status_isAnsweredAsGiven() throws Exception {
        Wire.Answer answer = answer(new HeadFault.Status(502, "<html>Bad Gateway</html>", "text/html"));
        assertTrue(answer.head().startsWith("HTTP/1.1 502 Bad Gateway\r\n"));
        assertTrue(answer.head().contains("Content-Type: text/html\r\n"));
        assertEquals("<html>Bad Gateway</html>", answer.body());
        answer = answer(new HeadFault.Status(400, "", ""));
        assertEquals(400, answer.status());
        assertFalse(answer.head().contains("Content-Type"));
        assertEquals("", answer.body());
    }

    @Test
    @Demonstrates(HeadFault.RetryLater.class)
    void retryLater_saysWhenToComeBack() throws Exception {
        Wire.Answer answer = answer(new HeadFault.RetryLater(429, 7));
        assertTrue(answer.head().startsWith("HTTP/1.1 429 Too Many Requests\r\n"), answer.head());
        assertTrue(answer.head().contains("\r\nRetry-After: 7\r\n"), answer.head());
        assertEquals("", answer.body());
    }

    @Test
    @Demonstrates(HeadFault.Redirect.class)
    void redirect_namesTheOtherPlace() throws Exception {
        Wire.Answer answer = answer(new HeadFault.Redirect(307, "http://127.0.0.1:1/completion"));
        assertTrue(answer.head().startsWith("HTTP/1.1 307 Temporary Redirect\r\n"), answer.head());
        assertTrue(answer.head().contains("\r\nLocation: http://127.0.0.1:1/completion\r\n"), answer.head());
        assertEquals("", answer.body());
    }

    @Test
    @Demonstrates(HeadFault.Html200.class)
    void html200_isAPage() throws Exception {
        Wire.Answer answer = answer(new HeadFault.Html200());
        assertEquals(200, answer.status());
        assertTrue(answer.head().contains("\r\nContent-Type: text/html\r\n"), answer.head());
        assertTrue(answer.body().startsWith("<!DOCTYPE html>"), answer.body());
    }

    @Test
    @Demonstrates(HeadFault.WrongContentType.class)
    void wrongContentType_leavesTheRestWell() throws Exception {
        String well = wellHead();
        try (Wire wire = stream(new HeadFault.WrongContentType("text/plain"))) {
            Wire.Stream stream = wire.stream();
            assertEquals(well.replace("text/event-stream", "text/plain"), stream.head());
            assertEquals(6, stream.events().size());
        }
        try (Wire wire = stream(new HeadFault.WrongContentType(""))) {
            assertEquals(
                    well.replace("Content-Type: text/event-stream\r\n", ""),
                    wire.stream().head());
        }
    }

    @Test
    void fault_withNonsense_isRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> new HeadFault.Status(99, "", ""));
        assertThrows(IllegalArgumentException.class, () -> new HeadFault.Redirect(200, "/"));
    }

    @Test
    void faults_strikeOneTaskEachInTheirOrder() throws Exception {
        engine.enqueueFault(new HeadFault.Status(500, "one", ""));
        engine.enqueueFault(new HeadFault.Status(503, "two", ""));
        assertEquals(200, Wire.get(engine, "/health").status());
        assertEquals("one", Wire.post(engine, "/completion", STREAM).body());
        assertEquals("two", Wire.post(engine, "/completion", STREAM).body());
    }
}
