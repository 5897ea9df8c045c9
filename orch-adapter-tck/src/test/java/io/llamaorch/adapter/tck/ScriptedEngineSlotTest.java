package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineSlotTest {
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(10);
    private static final String SHORT = "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":1}";
    private static final String ENDLESS = "{\"prompt\":\"a\",\"stream\":true,\"ignore_eos\":true%s}";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().slots(2).pace(1).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private Wire endless(String more) throws Exception {
        int busy = engine.slotsBusy();
        Wire wire = new Wire(engine).complete(String.format(ENDLESS, more));
        assertTrue(engine.await(e -> e.slotsBusy() == busy + 1, MUST_HAPPEN));
        return wire;
    }

    private Wire queued(String body) throws Exception {
        int queued = engine.tasksQueued();
        Wire wire = new Wire(engine).complete(body);
        assertTrue(engine.await(e -> e.tasksQueued() == queued + 1, MUST_HAPPEN));
        return wire;
    }

    @Test
    void queuedRequest_getsNoByteUntilASlotIsFree() throws Exception {
        try (Wire first = endless("");
                Wire second = endless("");
                Wire third = queued(SHORT)) {
            assertTrue(first.head().startsWith("HTTP/1.1 200"));
            assertTrue(third.isSilent());
            second.leave();
            assertTrue(third.stream().terminated());
            assertEquals(1, engine.slotsBusy());
        }
    }

    @Test
    void queuedRequests_areServedInTheirOrder() throws Exception {
        List<Wire> line = new ArrayList<>();
        try (Wire first = endless("");
                Wire second = endless("")) {
            for (int i = 0; i < 3; i++) {
                line.add(queued(String.format(ENDLESS, "")));
            }
            first.leave();
            assertTrue(line.get(0).head().startsWith("HTTP/1.1 200"));
            assertTrue(line.get(1).isSilent());
            second.leave();
            assertTrue(line.get(1).head().startsWith("HTTP/1.1 200"));
            assertTrue(line.get(2).isSilent());
        }
        for (Wire wire : line) {
            wire.leave();
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0 && e.tasksQueued() == 0, MUST_HAPPEN));
    }

    @Test
    void client_thatLeavesBetweenTokens_freesItsSlotAtOnce() throws Exception {
        try (Wire wire = endless("")) {
            wire.head();
            wire.event();
            long left = System.nanoTime();
            wire.leave();
            assertTrue(engine.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
            assertQuick(left);
        }
        assertEquals(1, engine.clientsLeft());
        assertTrue(engine.tokensGenerated() <= 2);
    }

    /** Less than the pace's period: it did not wait for the next token. */
    private static void assertQuick(long since) {
        long millis = (System.nanoTime() - since) / 1_000_000;
        assertTrue(millis < 900, millis + " ms");
    }

    @Test
    void client_thatResets_freesItsSlotAtOnce() throws Exception {
        try (Wire wire = endless("")) {
            wire.head();
            long left = System.nanoTime();
            wire.reset();
            assertTrue(engine.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
            assertQuick(left);
        }
    }

    @Test
    void client_thatClosesItsSendingSide_hasAborted() throws Exception {
        // Around the moment at which the head is sent, which is when the completion begins to run.
        for (int i = 0; i < 100; i++) {
            try (Wire wire = endless("")) {
                String head = i % 2 == 1 ? wire.head() : "";
                wire.halfClose();
                Wire.Stream stream = wire.stream(head.isEmpty() ? wire.head() : head);
                assertFalse(stream.terminated());
                assertEquals(0, engine.slotsBusy());
            }
        }
    }

    @Test
    void client_ofAWholeThatClosesItsSendingSide_getsAnEmptyAnswer() throws Exception {
        try (Wire wire = new Wire(engine).complete("{\"prompt\":\"a\",\"ignore_eos\":true}")) {
            assertTrue(engine.await(e -> e.slotsBusy() == 1, MUST_HAPPEN));
            wire.halfClose();
            Wire.Answer answer = wire.answer();
            assertEquals(200, answer.status());
            assertEquals("", answer.body());
            assertEquals(0, engine.slotsBusy());
        }
    }

    @Test
    void client_thatLeavesTheQueue_isForgotten() throws Exception {
        try (Wire first = endless("");
                Wire second = endless("")) {
            Wire third = queued(SHORT);
            long left = System.nanoTime();
            third.leave();
            assertTrue(engine.await(e -> e.tasksQueued() == 0, MUST_HAPPEN));
            assertQuick(left);
            assertTrue(engine.await(e -> e.clientsLeft() == 1, MUST_HAPPEN));
            assertEquals(2, engine.slotsBusy());
            assertFalse(first.isSilent() && second.isSilent());
        }
    }

    @Test
    void client_thatLeavesWhileThePromptIsEvaluated_freesItsSlot() throws Exception {
        try (ScriptedEngine slow = ScriptedEngine.builder().promptPace(1).start()) {
            try (Wire wire = new Wire(slow).complete(SHORT)) {
                assertTrue(wire.head().startsWith("HTTP/1.1 200"));
                assertTrue(wire.isSilent());
            }
            assertTrue(slow.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
            assertEquals(0, slow.tokensGenerated());
        }
    }

    @Test
    void slowReader_doesNotHoldGenerationBack() throws Exception {
        try (ScriptedEngine fast = ScriptedEngine.builder().contextSize(40_000).start();
                Wire wire = Wire.narrow(fast)) {
            wire.complete(String.format(ENDLESS, ",\"timings_per_token\":true"));
            assertTrue(fast.await(e -> e.tokensGenerated() > 39_990 && e.slotsBusy() == 0, MUST_HAPPEN));
            assertTrue(wire.stream().last().toString().contains("stop_type=limit"));
        }
    }

    @Test
    void client_ofAWholeThatLeaves_endsGenerationWithoutAPaceToo() throws Exception {
        try (ScriptedEngine fast =
                ScriptedEngine.builder().contextSize(10_000_000).start()) {
            try (Wire wire = new Wire(fast).complete("{\"prompt\":\"a\",\"ignore_eos\":true}")) {
                assertTrue(fast.await(e -> e.tokensGenerated() > 0, MUST_HAPPEN));
                wire.leave();
                assertTrue(fast.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
            }
            assertEquals(1, fast.clientsLeft());
        }
    }

    @Test
    void pinnedRequest_waitsForItsSlotAndOthersPassIt() throws Exception {
        try (Wire first = endless(",\"id_slot\":3");
                Wire pinned = queued("{\"prompt\":\"a\",\"stream\":true," + "\"n_predict\":1,\"id_slot\":-7}")) {
            assertTrue(Wire.stream(engine, SHORT).terminated());
            assertTrue(pinned.isSilent());
            first.leave();
            assertEquals(1, pinned.stream().last().at("id_slot").number());
        }
    }

    @Test
    void samePrompt_isFoundInTheSlotThatHoldsIt() throws Exception {
        try (ScriptedEngine fast = ScriptedEngine.builder().slots(2).start()) {
            Wire.post(fast, "/completion", "{\"prompt\":[261,262,263],\"n_predict\":1}");
            String prompt = "{\"prompt\":\"Once upon a time there was a small llama\",\"n_predict\":1%s}";
            JsonText first =
                    Wire.post(fast, "/completion", String.format(prompt, "")).json();
            assertEquals(1, first.at("id_slot").number());
            assertEquals(0, first.at("timings/cache_n").number());
            JsonText again =
                    Wire.post(fast, "/completion", String.format(prompt, "")).json();
            assertEquals(1, again.at("id_slot").number());
            assertEquals(
                    again.at("tokens_evaluated").number() - 1,
                    again.at("timings/cache_n").number());
            assertEquals(1, again.at("timings/prompt_n").number());
            assertEquals(
                    0,
                    Wire.post(fast, "/completion", String.format(prompt, ",\"cache_prompt\":false"))
                            .json()
                            .at("timings/cache_n")
                            .number());
        }
    }
}
