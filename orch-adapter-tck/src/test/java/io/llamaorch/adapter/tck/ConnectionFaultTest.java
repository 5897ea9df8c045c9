package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class ConnectionFaultTest extends FaultBench {

    @Test
    @Demonstrates(ConnectionFault.Refuse.class)
    void refuse_leavesNobodyToConnectTo() throws Exception {
        try (Wire before = new Wire(engine)) {
            assertTrue(engine.await(e -> e.connectionsOpen() == 1, Patience.mustHappen()));
            engine.always(new ConnectionFault.Refuse());
            assertThrows(ConnectException.class, () -> new Wire(engine));
            before.send("GET", "/health", "");
            assertEquals(200, before.answer().status(), "what was connected stays so");
        }
        engine.well();
        assertEquals(200, Wire.get(engine, "/health").status());
    }

    @Test
    void refuse_timeAndAgain_keepsThePort() throws Exception {
        int port = engine.port();
        for (int i = 0; i < 20; i++) {
            engine.always(new ConnectionFault.Refuse());
            assertThrows(ConnectException.class, () -> new Wire(engine));
            engine.well();
            assertEquals(200, Wire.get(engine, "/health").status());
        }
        assertEquals(port, engine.port());
    }

    @Test
    void refuse_whenTheEngineIsClosed_endsWithIt() {
        engine.always(new ConnectionFault.Refuse());
        ScriptedEngine other = ScriptedEngine.builder().start();
        other.always(new ConnectionFault.Refuse());
        other.close();
        assertThrows(ConnectException.class, () -> new Wire(other));
    }

    @Test
    @Demonstrates(ConnectionFault.CloseOnAccept.class)
    void closeOnAccept_isAFinWithoutAByte() throws Exception {
        engine.always(new ConnectionFault.CloseOnAccept());
        try (Wire wire = new Wire(engine)) {
            assertEquals(new Wire.Rest("", Wire.End.CLOSED), wire.rest());
        }
    }

    @Test
    @Demonstrates(ConnectionFault.ResetOnAccept.class)
    void resetOnAccept_isARstWithoutAByte() throws Exception {
        engine.always(new ConnectionFault.ResetOnAccept());
        try (Wire wire = new Wire(engine)) {
            assertEquals(new Wire.Rest("", Wire.End.RESET), wire.rest());
        }
    }

    @Test
    @Demonstrates(ConnectionFault.NeverRead.class)
    void neverRead_takesTheRequestAndSaysNothing() throws Exception {
        engine.always(new ConnectionFault.NeverRead());
        try (Wire wire = stream()) {
            assertTrue(wire.isSilent());
            assertEquals(1, engine.connectionsOpen());
            assertEquals(0, engine.tasks());
            assertEquals(0, engine.requests("/completion"));
        }
    }

    @Test
    void neverRead_whenItEnds_endsTheConnectionsToo() throws Exception {
        engine.always(new ConnectionFault.NeverRead());
        try (Wire wire = new Wire(engine)) {
            assertTrue(engine.await(e -> e.connectionsOpen() == 1, Patience.mustHappen()));
            engine.well();
            assertEquals(new Wire.Rest("", Wire.End.CLOSED), wire.rest());
        }
    }

    @Test
    void fault_ofConnections_cannotBeQueued() {
        assertThrows(IllegalArgumentException.class, () -> engine.enqueueFault(new ConnectionFault.Refuse()));
        EngineScript script = EngineScript.with(new ConnectionFault.NeverRead());
        assertThrows(IllegalArgumentException.class, () -> ScriptedEngine.start(script));
    }
}
