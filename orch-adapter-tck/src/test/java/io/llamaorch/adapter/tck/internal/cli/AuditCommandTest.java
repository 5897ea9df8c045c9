package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code orch audit}. */
@NoLeaks
@Timeout(60)
class AuditCommandTest {

    private final Screen screen = new Screen();

    private int audit(List<ScriptedEngine> engines, String... more) {
        List<String> args = new ArrayList<>(List.of("audit", "--seeds", "4", "--max-tokens", "6"));
        engines.forEach(engine -> args.addAll(List.of("--url", engine.url().toString())));
        args.addAll(List.of(more));
        return screen.run(args.toArray(String[]::new));
    }

    @Test
    void replicas_thatSayTheSame_areZero() {
        try (ScriptedEngine one = ScriptedEngine.builder().start();
                ScriptedEngine other = ScriptedEngine.builder().start()) {
            assertEquals(0, audit(List.of(one, other)));
            assertTrue(
                    screen.out().startsWith("4 seeds and one greedy answer, twice on each of 2 replicas: 20 answers, "),
                    screen.out());
            assertTrue(screen.out().contains("What should be equal is equal"), screen.out());
        }
    }

    @Test
    void json_isAnObjectALine() {
        try (ScriptedEngine one = ScriptedEngine.builder().start()) {
            assertEquals(0, audit(List.of(one), "--json", "--option", "exclusive=true"));
            assertTrue(
                    screen.out()
                            .matches("\\{\"answers\":10,\"distinct\":\\d,\"differences\":0,\"apart\":\\[],"
                                    + "\"level\":\"SEEDED\",\"good\":true}\n"),
                    screen.out());
        }
    }

    @Test
    void level_thatTheReplicaDoesNotKeep_isNotAskedForAndToldWhy() {
        try (ScriptedEngine one = ScriptedEngine.builder().start()) {
            assertEquals(0, audit(List.of(one)));
            String told = screen.out().replaceAll("\\s+", " ");
            assertTrue(told.contains("Asked at best effort"), told);
            assertTrue(told.contains("set the option 'exclusive' if that is so"), told);
        }
    }

    @Test
    void level_thatTheReplicaKeeps_isAskedFor() {
        try (ScriptedEngine one = ScriptedEngine.builder().start()) {
            assertEquals(0, audit(List.of(one), "--option", "exclusive=true"));
            assertTrue(screen.out().contains("Asked at the levels SEEDED and GREEDY"), screen.out());
        }
    }

    @Test
    void fingerprints_thatDifferWithoutEffect_areTold() {
        try (ScriptedEngine one = ScriptedEngine.builder().start();
                ScriptedEngine other = ScriptedEngine.builder()
                        .script(EngineScript.builder().slots(7).build())
                        .start()) {
            assertEquals(0, audit(List.of(one, other), "--option", "exclusive=true"));
            String told = screen.out().replaceAll("\\s+", " ");
            assertTrue(told.contains("Yet the fingerprints differ, of default/r0 and default/r1 in slots: "), told);
        }
    }

    @Test
    void seeds_thatCannotShowADifference_areRefused() {
        assertEquals(2, screen.run("audit", "--engine", "mock", "--seeds", "1"));
        assertTrue(screen.err().contains("--seeds is 1: it takes 2 or more"), screen.err());
    }

    @Test
    void answer_thatDiffers_isToldAndEighteen() {
        try (ScriptedEngine one = ScriptedEngine.builder().start()) {
            one.enqueueFault(new StreamFault.Nonsense(2, "{\"content\":\" other\"}")); // for this once it says more
            assertEquals(18, audit(List.of(one)));
            String told = screen.out().replaceAll("\\s+", " ");
            assertTrue(
                    told.contains(
                            "seed 0: default/r0, round 1 and default/r0, round 2 differ at piece 2, ' other' and '"),
                    told);
        }
    }
}
