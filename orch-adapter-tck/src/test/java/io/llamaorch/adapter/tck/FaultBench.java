package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** An engine for one fault after the other. After each test it must serve well and hold nothing of what was before. */
@NoLeaks
abstract class FaultBench {
    /** Five tokens, the same ones each time. */
    static final String STREAM = "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":5,\"temperature\":0}";

    static final String WHOLE = "{\"prompt\":\"a\",\"n_predict\":5,\"temperature\":0}";

    /** What one reads of something endless before one believes it. */
    static final int MUCH = 300 * 1024;

    final ScriptedEngine engine = ScriptedEngine.builder().slots(1).start();

    @AfterEach
    final void engine_afterAFault_servesWellAndHoldsNothing() throws Exception {
        try {
            engine.well();
            assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()), "a slot is held");
            assertTrue(
                    engine.await(e -> e.connectionsOpen() == 0, Patience.mustHappen()),
                    () -> engine.connectionsOpen() + " connections are held");
            Wire.Stream well = Wire.stream(engine, STREAM);
            assertTrue(well.terminated());
            assertEquals(6, well.events().size());
            assertEquals("limit", well.last().at("stop_type").toString());
            assertTrue(engine.await(e -> e.slotsBusy() == 0 && e.connectionsOpen() == 0, Patience.mustHappen()));
        } finally {
            engine.close();
        }
    }

    /** Sends the request for a stream on a connection of its own; the next one for which a fault was queued. */
    final Wire stream() throws IOException {
        return new Wire(engine).complete(STREAM);
    }

    /** The same to an engine that now does this. */
    final Wire stream(Fault fault) throws IOException {
        engine.enqueueFault(fault);
        return stream();
    }

    /** All that arrives of a stream with this fault, after its head. */
    final Wire.Rest body(Fault fault) throws IOException {
        try (Wire wire = stream(fault)) {
            wire.head();
            return wire.rest();
        }
    }

    /** The head of a stream without a fault. */
    final String wellHead() throws IOException {
        try (Wire wire = stream()) {
            String head = wire.head();
            assertEquals(Wire.End.CLOSED, wire.rest().end());
            return head;
        }
    }

    /** The body of a stream without a fault, as on the wire; the same each time but for the times in the last event. */
    final String wellBody() throws IOException {
        try (Wire wire = stream()) {
            wire.head();
            return wire.rest().bytes();
        }
    }

    /** The first events of a stream without a fault, as on the wire. */
    final String wellEvents(int tokens) throws IOException {
        String body = wellBody();
        int end = 0;
        for (int i = 0; i < tokens; i++) {
            end = body.indexOf("\n\n\r\n", end) + 4;
        }
        assertFalse(tokens > 0 && end == 3, body);
        return body.substring(0, end);
    }

    /** Asserts that the engine keeps the slot and says nothing, until the client leaves. */
    final void assertSilentUntilLeft(Wire wire) throws Exception {
        assertTrue(wire.isSilent());
        assertEquals(1, engine.slotsBusy());
        wire.leave();
        assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        assertEquals(1, engine.clientsLeft());
    }
}
