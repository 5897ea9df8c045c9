package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.EOFException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(60)
class StreamFaultTest extends FaultBench {
    private static final String END = "0\r\n\r\n";

    /** The events of a stream with this fault, which ends in order. */
    private List<String> events(Fault fault) throws Exception {
        try (Wire wire = stream(fault)) {
            Wire.Stream stream = wire.stream();
            assertTrue(stream.terminated());
            assertEquals(new Wire.Rest("", Wire.End.CLOSED), wire.rest());
            return stream.events();
        }
    }

    private List<String> wellTokens() throws Exception {
        List<String> events = Wire.stream(engine, STREAM).events();
        return events.subList(0, events.size() - 1);
    }

    private static String text(String event) {
        return JsonText.of(event).at("content").toString();
    }

    /** Reads the head and these events as on the wire. */
    private static void assertBegins(Wire wire, String events) throws Exception {
        wire.head();
        assertEquals(events, wire.bytes(events.length()));
    }

    /** Asserts that the third event is spoiled like this, and that nothing else is. */
    private void assertSpoilsTheThird(Fault fault, String spoiled) throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(fault);
        assertEquals(spoiled, events.get(2));
        assertEquals(6, events.size());
        for (int i : new int[] {0, 1, 3, 4}) {
            assertEquals(well.get(i), events.get(i));
        }
        assertTrue(events.get(5).contains("\"stop\":true"), events.get(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5})
    @Demonstrates(StreamFault.CutAfterTokens.class)
    void cutAfterTokens_isAFinWithoutATerminator(int tokens) throws Exception {
        assertEquals(new Wire.Rest(wellEvents(tokens), Wire.End.CLOSED), body(new StreamFault.CutAfterTokens(tokens)));
    }

    @Test
    void cutAfterTokens_withoutAStream_isAFinWithoutAByte() throws Exception {
        engine.enqueueFault(new StreamFault.CutAfterTokens(3));
        assertThrows(EOFException.class, () -> Wire.post(engine, "/completion", WHOLE));
    }

    @Test
    @Demonstrates(StreamFault.ResetAfterTokens.class)
    void resetAfterTokens_isARst() throws Exception {
        assertEquals(new Wire.Rest(wellEvents(2), Wire.End.RESET), body(new StreamFault.ResetAfterTokens(2)));
    }

    @Test
    @Demonstrates(StreamFault.EndWithoutMarker.class)
    void endWithoutMarker_endsInOrderButTooEarly() throws Exception {
        assertEquals(new Wire.Rest(wellEvents(2) + END, Wire.End.CLOSED), body(new StreamFault.EndWithoutMarker(2)));
        engine.enqueueFault(new StreamFault.EndWithoutMarker(2));
        Wire.Answer whole = Wire.post(engine, "/completion", WHOLE);
        assertEquals(200, whole.status());
        assertEquals("", whole.body());
    }

    @Test
    void endWithoutMarker_beyondTheText_strikesAtItsEnd() throws Exception {
        assertEquals(
                wellEvents(5) + END,
                body(new StreamFault.EndWithoutMarker(1000)).bytes());
    }

    @Test
    @Demonstrates(StreamFault.ErrorInStream.class)
    void errorInStream_isTheLastEvent() throws Exception {
        List<String> well = wellTokens();
        List<String> events =
                events(new StreamFault.ErrorInStream(2, 500, "server_error", "Context size has been exceeded."));
        assertEquals(well.subList(0, 2), events.subList(0, 2));
        assertEquals(
                List.of("{\"error\":{\"code\":500,\"message\":\"Context size has been exceeded.\","
                        + "\"type\":\"server_error\"}}"),
                events.subList(2, events.size()));
        engine.enqueueFault(new StreamFault.ErrorInStream(2, 500, "server_error", "no"));
        Wire.Answer whole = Wire.post(engine, "/completion", WHOLE);
        assertEquals(500, whole.status());
        assertEquals("no", whole.json().at("error/message").toString());
    }

    @Test
    @Demonstrates(StreamFault.StallAfterTokens.class)
    void stallAfterTokens_keepsTheSlotUntilTheClientLeaves() throws Exception {
        String begin = wellEvents(2);
        try (Wire wire = stream(new StreamFault.StallAfterTokens(2))) {
            assertBegins(wire, begin);
            assertSilentUntilLeft(wire);
        }
    }

    @Test
    void stallAfterTokens_withPings_goesOnPinging() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = new Wire(engine).complete(STREAM.replace("}", ",\"sse_ping_interval\":1}"))) {
            wire.head();
            wire.event();
            assertEquals(":\n\n", wire.chunk());
            assertEquals(":\n\n", wire.chunk());
            assertEquals(1, engine.slotsBusy());
        }
    }

    @Test
    @Demonstrates(StreamFault.SilenceAfterTokens.class)
    void silenceAfterTokens_keepsTheSlotUntilTheClientLeaves() throws Exception {
        String begin = wellEvents(2);
        try (Wire wire = stream(new StreamFault.SilenceAfterTokens(2))) {
            assertBegins(wire, begin);
            assertSilentUntilLeft(wire);
        }
    }

    @Test
    @Demonstrates(StreamFault.PingsAfterTokens.class)
    void pingsAfterTokens_sendsThemAndThenNothing() throws Exception {
        String begin = wellEvents(2);
        try (Wire wire = stream(new StreamFault.PingsAfterTokens(2, 3))) {
            assertBegins(wire, begin);
            String pings = "3\r\n:\n\n\r\n".repeat(3);
            assertEquals(pings, wire.bytes(pings.length()));
            assertSilentUntilLeft(wire);
        }
    }

    @Test
    @Demonstrates(StreamFault.EmptyEvents.class)
    void emptyEvents_holdTheTextBackAndCountOn() throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(new StreamFault.EmptyEvents(1, 2));
        assertEquals(
                List.of(
                        text(well.get(0)),
                        "",
                        "",
                        text(well.get(1)) + text(well.get(2)) + text(well.get(3)),
                        text(well.get(4))),
                events.subList(0, 5).stream().map(StreamFaultTest::text).toList());
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    i + 1, JsonText.of(events.get(i)).at("tokens_predicted").number());
        }
    }

    @Test
    void emptyEvents_upToTheEnd_loseNoText() throws Exception {
        String well = Wire.stream(engine, STREAM).text();
        engine.enqueueFault(new StreamFault.EmptyEvents(3, 99));
        assertEquals(well, Wire.stream(engine, STREAM).text());
    }

    @Test
    @Demonstrates(StreamFault.NullEvents.class)
    void nullEvents_comeInAddition() throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(new StreamFault.NullEvents(1, 2));
        assertEquals(List.of(well.get(0), "null", "null", well.get(1)), events.subList(0, 4));
        assertEquals(8, events.size());
    }

    @Test
    @Demonstrates(StreamFault.EndlessLine.class)
    void endlessLine_isSentUntilTheClientLeaves() throws Exception {
        String begin = wellEvents(2);
        try (Wire wire = stream(new StreamFault.EndlessLine(2))) {
            assertBegins(wire, begin);
            assertEquals("data: {\"content\":\"", wire.chunk());
            for (int read = 0; read < MUCH; ) {
                String chunk = wire.chunk();
                assertTrue(chunk.matches("x+"), "a line's end");
                read += chunk.length();
            }
            assertEquals(1, engine.slotsBusy());
        }
    }

    @Test
    @Demonstrates(StreamFault.HugeEvent.class)
    void hugeEvent_isAsLargeAsItSays() throws Exception {
        long size = 3 * 1024 * 1024 + 5;
        String begin = wellEvents(1);
        try (Wire wire = stream(new StreamFault.HugeEvent(1, size))) {
            assertBegins(wire, begin);
            assertEquals("data: {\"content\":\"", wire.chunk());
            long read = 0;
            String chunk = wire.chunk();
            for (; chunk.startsWith("x"); chunk = wire.chunk()) {
                read += chunk.length();
            }
            assertEquals(size, read);
            assertEquals("\",\"stop\":false}\n\n", chunk);
            assertEquals(new Wire.Rest(END, Wire.End.CLOSED), wire.rest());
        }
    }

    @Test
    void hugeEvent_whenTheClientLeaves_isNotSentToItsEnd() throws Exception {
        try (Wire wire = stream(new StreamFault.HugeEvent(0, Long.MAX_VALUE))) {
            wire.head();
            wire.bytes(MUCH);
        }
    }

    @Test
    @Demonstrates(StreamFault.Nonsense.class)
    void nonsense_replacesAnEvent() throws Exception {
        assertSpoilsTheThird(new StreamFault.Nonsense(2, "{\"grün\":"), "{\"grün\":");
    }

    @Test
    void nonsense_beyondTheText_strikesAtItsEnd() throws Exception {
        List<String> events = events(new StreamFault.Nonsense(99, "?"));
        assertEquals("?", events.get(5));
        assertEquals(7, events.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"duplicate-keys:99", "null-events:99:2", "empty-events:99:2"})
    void fault_thatMayBeReadWell_beyondTheText_doesNotStrike(String fault) throws Exception {
        assertEquals(wellTokens(), events(Fault.parse(fault)).subList(0, 5));
        assertEquals(6, events(Fault.parse(fault)).size());
    }

    @Test
    @Demonstrates(StreamFault.InvalidUtf8.class)
    void invalidUtf8_standsInTheText() throws Exception {
        List<String> well = wellTokens();
        String text = text(well.get(2));
        String body = body(new StreamFault.InvalidUtf8(2)).bytes();
        assertTrue(body.contains("\"content\":\"\u00c3(\u00ff" + text + "\""), body);
        assertEquals(1, body.chars().filter(c -> c == 0xff).count());
        assertTrue(body.startsWith(wellEvents(2)), body);
    }

    @Test
    @Demonstrates(StreamFault.NulBytes.class)
    void nulBytes_standInTheText() throws Exception {
        String well = wellTokens().get(2);
        assertSpoilsTheThird(new StreamFault.NulBytes(2), well.replace("\"content\":\"", "\"content\":\"\0\0"));
    }

    @Test
    @Demonstrates(StreamFault.DeepJson.class)
    void deepJson_standsInPlaceOfTheText() throws Exception {
        String well = wellTokens().get(2);
        assertSpoilsTheThird(
                new StreamFault.DeepJson(2, 20_000),
                well.replace("\"" + text(well) + "\"", "[".repeat(20_000) + "]".repeat(20_000)));
    }

    @Test
    @Demonstrates(StreamFault.LongNumber.class)
    void longNumber_standsInPlaceOfACount() throws Exception {
        List<String> events = events(new StreamFault.LongNumber(2, 400));
        assertTrue(events.get(2).matches(".*\"\\w+\":1{400}[,}].*"), events.get(2));
        assertEquals(wellTokens().get(3), events.get(3));
    }

    @Test
    @Demonstrates(StreamFault.DuplicateKeys.class)
    void duplicateKeys_endWithTheRightOne() throws Exception {
        String well = wellTokens().get(2);
        assertSpoilsTheThird(
                new StreamFault.DuplicateKeys(2), well.replace("\"content\":", "\"content\":\"wrong\",\"content\":"));
    }

    @Test
    @Demonstrates(StreamFault.UnknownFields.class)
    void unknownFields_areInEachEvent() throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(new StreamFault.UnknownFields());
        assertEquals(6, events.size());
        for (String event : events) {
            assertEquals("true", JsonText.of(event).at("x_new/stop").toString(), event);
        }
        for (int i = 0; i < 5; i++) {
            assertEquals(text(well.get(i)), text(events.get(i)));
        }
    }

    @Test
    @Demonstrates(StreamFault.ByteOrderMark.class)
    void byteOrderMark_isFirstAndOnlyThere() throws Exception {
        String well = wellEvents(5);
        String body = body(new StreamFault.ByteOrderMark()).bytes();
        String mark = "\u00ef\u00bb\u00bf";
        int length = Integer.parseInt(well.substring(0, well.indexOf('\r')), 16) + 3;
        assertTrue(
                body.startsWith(Integer.toHexString(length) + "\r\n" + mark + well.substring(well.indexOf('\n') + 1)),
                body);
        assertEquals(body.indexOf(mark), body.lastIndexOf(mark));
    }

    @Test
    @Demonstrates(StreamFault.CarriageReturns.class)
    void carriageReturns_endEachLine() throws Exception {
        try (Wire wire = stream(new StreamFault.CarriageReturns())) {
            wire.head();
            for (int i = 0; i < 6; i++) {
                String event = wire.chunk();
                assertTrue(event.startsWith("data: {") && event.endsWith("}\r\n\r\n"), event);
            }
            assertEquals(new Wire.Rest(END, Wire.End.CLOSED), wire.rest());
        }
    }

    @Test
    @Demonstrates(StreamFault.RepeatedPrompt.class)
    void repeatedPrompt_isInTheLastEvent() throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(new StreamFault.RepeatedPrompt(100_000));
        assertEquals(well, events.subList(0, 5));
        assertTrue(events.get(5).contains("\"stop\":true"));
        assertTrue(events.get(5).endsWith(",\"prompt\":\"" + "a".repeat(100_000) + "\"}"));
    }

    @Test
    @Demonstrates(StreamFault.MoreAfterEnd.class)
    void moreAfterEnd_isTextAfterTheMarker() throws Exception {
        List<String> well = wellTokens();
        List<String> events = events(new StreamFault.MoreAfterEnd(2));
        assertEquals(well, events.subList(0, 5));
        assertTrue(events.get(5).contains("\"stop\":true"));
        assertEquals(List.of(well.get(4), well.get(4)), events.subList(6, events.size()));
    }

    @Test
    @Demonstrates(StreamFault.NoTerminator.class)
    void noTerminator_isAFinAfterTheMarker() throws Exception {
        String body = body(new StreamFault.NoTerminator()).bytes();
        assertTrue(body.startsWith(wellEvents(5)), body);
        assertTrue(body.endsWith("}\n\n\r\n"), body);
        assertTrue(body.contains("\"stop\":true"), body);
    }

    @Test
    @Demonstrates(StreamFault.StayOpen.class)
    void stayOpen_saysNothingAfterTheMarker() throws Exception {
        try (Wire wire = stream(new StreamFault.StayOpen())) {
            assertWhole(wire);
            assertTrue(wire.isSilent());
            assertEquals(0, engine.slotsBusy());
        }
    }

    @Test
    @Demonstrates(StreamFault.NeverClose.class)
    void neverClose_endsTheBodyAndKeepsTheConnection() throws Exception {
        try (Wire wire = stream(new StreamFault.NeverClose())) {
            assertWhole(wire);
            assertEquals(END, wire.bytes(END.length()));
            assertTrue(wire.isSilent());
            assertEquals(0, engine.slotsBusy());
        }
    }

    /** Reads all events to the end marker. */
    private static void assertWhole(Wire wire) throws Exception {
        wire.head();
        for (int i = 0; i < 5; i++) {
            assertFalse(wire.event().contains("\"stop\":true"));
        }
        assertTrue(wire.event().contains("\"stop\":true"));
    }

    @Test
    @Demonstrates(StreamFault.IgnoreDisconnect.class)
    void ignoreDisconnect_goesOnWithoutTheClient() throws Exception {
        try (ScriptedEngine deaf =
                ScriptedEngine.builder().slots(1).stepped(true).start()) {
            deaf.enqueueFault(new StreamFault.IgnoreDisconnect());
            try (Wire wire = new Wire(deaf).complete(STREAM)) {
                wire.head();
                deaf.release(1);
                wire.event();
            }
            Patience.awaitNot("the slot is given back", () -> deaf.slotsBusy() == 0);
            deaf.release(3);
            assertTrue(deaf.await(e -> e.tokensGenerated() == 4, Patience.mustHappen()));
            assertEquals(1, deaf.slotsBusy());
            deaf.release(1);
            assertTrue(deaf.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
            assertEquals(5, deaf.tokensGenerated());
            assertEquals(0, deaf.clientsLeft());
            assertTrue(deaf.await(e -> e.connectionsOpen() == 0, Patience.mustHappen()));
            deaf.release(5);
            assertEquals(6, Wire.stream(deaf, STREAM).events().size());
        }
    }
}
