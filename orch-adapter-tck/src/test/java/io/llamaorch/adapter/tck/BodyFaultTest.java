package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class BodyFaultTest extends FaultBench {

    @Test
    @Demonstrates(BodyFault.EmptyBody.class)
    void emptyBody_isTheTerminatorAlone() throws Exception {
        assertEquals(new Wire.Rest("0\r\n\r\n", Wire.End.CLOSED), body(new BodyFault.EmptyBody()));
    }

    @Test
    @Demonstrates(BodyFault.CutAtByte.class)
    void cutAtByte_isAFinAfterSoManyBytes() throws Exception {
        String well = wellBody();
        for (int bytes : new int[] {0, 1, 3, 100}) {
            assertEquals(
                    new Wire.Rest(well.substring(0, bytes), Wire.End.CLOSED), body(new BodyFault.CutAtByte(bytes)));
        }
    }

    @Test
    @Demonstrates(BodyFault.ResetAtByte.class)
    void resetAtByte_isARstAfterSoManyBytes() throws Exception {
        String well = wellBody();
        assertEquals(new Wire.Rest(well.substring(0, 100), Wire.End.RESET), body(new BodyFault.ResetAtByte(100)));
    }

    @Test
    @Demonstrates(BodyFault.StallAtByte.class)
    void stallAtByte_isSilentAfterSoManyBytes() throws Exception {
        String well = wellBody();
        try (Wire wire = stream(new BodyFault.StallAtByte(100))) {
            wire.head();
            assertEquals(well.substring(0, 100), wire.bytes(100));
            assertSilentUntilLeft(wire);
        }
    }

    @Test
    @Demonstrates(BodyFault.DripBody.class)
    void dripBody_sendsPiecesAndThenWaits() throws Exception {
        String well = wellBody();
        try (Wire wire = stream(new BodyFault.DripBody(7, Duration.ofHours(1)))) {
            wire.head();
            assertEquals(well.substring(0, 7), wire.bytes(7));
            assertTrue(wire.isSilent());
        }
    }

    @Test
    void dripBody_whenTheTimeIsShort_sendsTheWholeBody() throws Exception {
        for (Duration every : new Duration[] {Duration.ZERO, Duration.ofNanos(1)}) {
            try (Wire wire = stream(new BodyFault.DripBody(1, every))) {
                Wire.Stream stream = wire.stream();
                assertTrue(stream.terminated());
                assertEquals(6, stream.events().size());
            }
        }
    }

    @Test
    void dripBody_ofNothing_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BodyFault.DripBody(0, Duration.ZERO));
    }

    @Test
    @Demonstrates(BodyFault.ChunkSize.class)
    void chunkSize_standsWhereTheSizeShould() throws Exception {
        String two = wellEvents(2);
        for (String size : new String[] {"-5", "zz", "fffffffffffffffff"}) {
            Wire.Rest body = body(new BodyFault.ChunkSize(2, size));
            assertTrue(body.bytes().startsWith(two + size + "\r\n"), body.bytes());
            assertEquals(Wire.End.CLOSED, body.end());
        }
    }

    @Test
    void chunkSize_beyondTheText_strikesAtItsEnd() throws Exception {
        String five = wellEvents(5);
        assertTrue(body(new BodyFault.ChunkSize(99, "zz")).bytes().startsWith(five + "zz\r\n"));
    }

    @Test
    @Demonstrates(BodyFault.EndlessChunkSize.class)
    void endlessChunkSize_sendsOneLineUntilTheClientLeaves() throws Exception {
        String two = wellEvents(2);
        try (Wire wire = stream(new BodyFault.EndlessChunkSize(2))) {
            wire.head();
            assertEquals(two + "1;", wire.bytes(two.length() + 2));
            assertTrue(wire.bytes(MUCH).matches("(extension=1;)+[a-z=1]*"));
        }
    }

    @Test
    @Demonstrates(BodyFault.EndlessTrailer.class)
    void endlessTrailer_sendsLinesAfterAWholeAnswer() throws Exception {
        try (Wire wire = stream(new BodyFault.EndlessTrailer())) {
            wire.head();
            String event = "";
            for (int i = 0; i < 6; i++) {
                event = wire.event();
            }
            assertTrue(event.contains("\"stop\":true"), event);
            assertEquals("0\r\n", wire.bytes(3));
            String lines = wire.bytes(MUCH);
            assertTrue(lines.replace("X-Filler: trailer\r\n", "").length() < 20, "other lines came too");
            assertEquals(0, engine.slotsBusy());
        }
    }
}
