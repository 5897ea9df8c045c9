package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an engine tells of those who use it. */
@NoLeaks
@Timeout(60)
class ScriptedEngineWatchTest {
    private static final String STREAM = "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":3}";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().slots(1).apiKey("s3cret").start();

    @AfterEach
    void close() {
        engine.close();
    }

    private Wire complete(String body) throws Exception {
        Wire wire = new Wire(engine);
        wire.send("POST", "/completion", body, "Authorization: Bearer s3cret");
        return wire;
    }

    private Wire.Stream stream() throws Exception {
        try (Wire wire = complete(STREAM)) {
            Wire.Stream stream = wire.stream();
            assertTrue(wire.isClosedByEngine());
            return stream;
        }
    }

    @Test
    void tasks_thatAreServedWell_areCounted() throws Exception {
        stream();
        stream();
        Wire.get(engine, "/health");
        assertEquals(2, engine.tasks());
        assertEquals(2, engine.slotsTaken());
        assertEquals(6, engine.tokensGenerated());
        assertEquals(0, engine.clientsLeft());
    }

    @Test
    void slots_ofRefusedTasks_areNotTaken() throws Exception {
        engine.enqueueFault(new HeadFault.Status(500, "", ""));
        try (Wire wire = complete(STREAM)) {
            wire.answer();
        }
        try (Wire wire = complete("{}")) {
            assertEquals(400, wire.answer().status());
        }
        assertEquals(2, engine.tasks());
        assertEquals(0, engine.slotsTaken());
        assertEquals(0, engine.tokensGenerated());
    }

    @Test
    void clientsLeft_countsOnlyThoseWhoLeftByThemselves() throws Exception {
        for (Fault fault : new Fault[] {
            new StreamFault.CutAfterTokens(1),
            new StreamFault.ResetAfterTokens(1),
            new BodyFault.CutAtByte(10),
            new BodyFault.ResetAtByte(10),
            new HeadFault.CutInHead(5),
            new HeadFault.CloseBeforeHead(),
            new HeadFault.ResetBeforeHead(),
            new StreamFault.EndWithoutMarker(1),
            new StreamFault.ErrorInStream(1, 500, "server_error", "no")
        }) {
            engine.enqueueFault(fault);
            try (Wire wire = complete(STREAM)) {
                wire.rest();
            }
            assertTrue(engine.await(e -> e.slotsBusy() == 0 && e.connectionsOpen() == 0, Patience.mustHappen()));
            assertEquals(0, engine.clientsLeft(), fault.text());
        }
        engine.enqueueFault(new StreamFault.SilenceAfterTokens(1));
        try (Wire running = complete(STREAM)) {
            running.head();
            running.event();
            try (Wire waiting = complete(STREAM)) {
                assertTrue(engine.await(e -> e.tasksQueued() == 1, Patience.mustHappen()));
                waiting.reset();
            }
            assertTrue(engine.await(e -> e.clientsLeft() == 1 && e.tasksQueued() == 0, Patience.mustHappen()));
        }
        assertTrue(engine.await(e -> e.clientsLeft() == 2 && e.slotsBusy() == 0, Patience.mustHappen()));
    }

    @Test
    void textSent_isThatOfTheLastStream() throws Exception {
        stream();
        String text = stream().text();
        assertFalse(text.isEmpty());
        assertEquals(text, engine.textSent());
        engine.enqueueFault(new StreamFault.CutAfterTokens(1));
        String cut = stream().text();
        assertEquals(cut, engine.textSent());
    }

    @Test
    void strayInput_isWhatComesAfterTheRequest() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = complete(STREAM)) {
            wire.head();
            wire.event();
            assertEquals(0, engine.strayInput());
            wire.write("GET /");
            assertTrue(engine.await(e -> e.strayInput() == 5, Patience.mustHappen()), () -> "" + engine.strayInput());
            wire.write("health");
            assertTrue(engine.await(e -> e.strayInput() == 11, Patience.mustHappen()), () -> "" + engine.strayInput());
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        stream();
        assertEquals(0, engine.strayInput());
    }

    @Test
    void exchange_showsRequestAndAnswerAndItsEnd() throws Exception {
        assertEquals("", engine.exchange());
        stream();
        String told = engine.exchange();
        assertTrue(told.startsWith("> POST /completion HTTP/1.1\n> Host: engine\n"), told);
        assertTrue(told.contains("\n> " + STREAM + "\n< HTTP/1.1 200 OK\n"), told);
        assertTrue(told.contains("\"stop\":true"), told);
        assertTrue(told.contains("\n= the engine closed the connection after "), told);
    }

    @Test
    void exchange_neverHasTheKey() throws Exception {
        stream();
        assertFalse(engine.exchange().contains("s3cret"), engine.exchange());
        assertTrue(engine.exchange().contains("\n> Authorization: (not shown)\n"), engine.exchange());
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", STREAM, "X-Api-Key: s3cret");
            wire.stream();
        }
        assertFalse(engine.exchange().contains("s3cret"), engine.exchange());
    }

    @Test
    void exchange_saysHowTheClientLeft() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = complete(STREAM)) {
            wire.head();
            wire.event();
            assertTrue(engine.exchange().endsWith("\n= the connection is open"), engine.exchange());
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        assertTrue(engine.exchange().contains("\n= the client closed the connection after "), engine.exchange());
        engine.enqueueFault(new HeadFault.HangBeforeHead());
        try (Wire wire = complete(STREAM)) {
            assertTrue(engine.await(e -> e.tasks() == 2, Patience.mustHappen()));
            wire.reset();
        }
        assertTrue(engine.await(e -> e.clientsLeft() == 2, Patience.mustHappen()));
        assertTrue(
                engine.exchange().contains("\n< (not a byte)\n= the client reset the connection after "),
                engine.exchange());
    }

    @Test
    void exchange_ofMuch_isBounded() throws Exception {
        engine.enqueueFault(new StreamFault.EndlessLine(0));
        try (Wire wire = complete("{\"prompt\":\"" + "a ".repeat(1500) + "\",\"stream\":true}")) {
            wire.head();
            wire.bytes(FaultBench.MUCH);
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        String told = engine.exchange();
        assertTrue(told.length() < 5000, told.length() + " characters");
        assertTrue(told.contains(" bytes …\n"), told);
    }
}
