package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class ScriptedEngineLifecycleTest {
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(10);
    private static final String ENDLESS = "{\"prompt\":\"a\",\"stream\":true,\"ignore_eos\":true}";

    private static List<String> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("scripted-engine") || name.startsWith("MockWebServer"))
                .toList();
    }

    private static long openFiles() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.isDirectory(descriptors), "counts descriptors through /proc");
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.count();
        }
    }

    @Test
    void close_whileAllKindsOfRequestsWait_isQuickAndLeavesNothing() throws Exception {
        ScriptedEngine engine = ScriptedEngine.builder().slots(2).pace(0.1).start();
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire stalled = new Wire(engine).complete(ENDLESS)) {
            stalled.head();
            try (Wire paced = new Wire(engine).complete(ENDLESS)) {
                assertTrue(engine.await(e -> e.tokensGenerated() == 2, MUST_HAPPEN), "both heads are out");
                try (Wire queued = new Wire(engine).complete(ENDLESS);
                        Wire idle = new Wire(engine);
                        Wire half = new Wire(engine)) {
                    assertTrue(engine.await(e -> e.tasksQueued() == 1, MUST_HAPPEN));
                    idle.send("GET", "/health", "");
                    idle.answer();
                    engine.enqueueFault(new HeadFault.HangBeforeHead());
                    half.complete(ENDLESS);
                    assertTrue(engine.await(e -> e.requests("/completion") == 4, MUST_HAPPEN));
                    long began = System.nanoTime();
                    engine.close();
                    long millis = (System.nanoTime() - began) / 1_000_000;
                    assertTrue(millis < MUST_HAPPEN.toMillis(), millis + " ms");
                    assertEquals(List.of(), ownThreads());
                    assertFalse(paced.stream().terminated());
                    assertTrue(queued.isClosedByEngine());
                }
            }
        }
        assertThrows(ConnectException.class, () -> new Wire(engine));
        engine.close();
    }

    @Test
    void engines_openedAndClosed_leaveNoDescriptorAndNoThread() throws Exception {
        openAndClose();
        long before = openFiles();
        for (int i = 0; i < 50; i++) {
            openAndClose();
        }
        assertEquals(before, openFiles());
        assertEquals(List.of(), ownThreads());
    }

    private static void openAndClose() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(1).start();
                Wire wire = new Wire(engine).complete(ENDLESS)) {
            wire.head();
            assertEquals(200, Wire.get(engine, "/health").status());
        }
    }

    @Test
    void connections_thatClientsLeave_areClosedWhileTheEngineRuns() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(1).start()) {
            Wire.get(engine, "/health");
            long before = openFiles();
            for (int i = 1; i <= 100; i++) {
                int left = i;
                try (Wire wire = new Wire(engine).complete(ENDLESS)) {
                    wire.head();
                    if (i % 2 == 0) {
                        wire.reset();
                    }
                }
                assertTrue(engine.await(e -> e.clientsLeft() == left && e.slotsBusy() == 0, MUST_HAPPEN));
            }
            // The last ones may be on their way out; a leak would be a hundred.
            assertTrue(openFiles() - before < 5, openFiles() - before + " descriptors more");
        }
    }

    @Test
    void port_thatIsTaken_isReportedAndNothingStays() {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            assertThrows(
                    UncheckedIOException.class,
                    () -> ScriptedEngine.builder().port(engine.port()).start());
        }
        assertEquals(List.of(), ownThreads());
    }

    @Test
    void port_thatIsGiven_canBeHadAgainAfterClose() throws Exception {
        int port;
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            port = engine.port();
            try (Wire wire = new Wire(engine).complete("{\"prompt\":\"a\",\"stream\":true,\"n_predict\":3}")) {
                wire.stream();
                // Whoever closes first keeps the port for a while.
                assertTrue(wire.isClosedByEngine());
            }
        }
        try (ScriptedEngine engine = ScriptedEngine.builder().port(port).start()) {
            assertEquals("http://127.0.0.1:" + port, engine.url().toString());
            assertEquals(200, Wire.get(engine, "/health").status());
        }
    }

    @Test
    void builder_withNonsense_refusesAtOnce() {
        assertThrows(
                IllegalArgumentException.class, () -> ScriptedEngine.builder().slots(0));
        assertThrows(
                IllegalArgumentException.class, () -> ScriptedEngine.builder().contextSize(0));
        assertThrows(
                IllegalArgumentException.class, () -> ScriptedEngine.builder().port(65_536));
        assertThrows(
                IllegalArgumentException.class, () -> ScriptedEngine.builder().pace(-1));
        assertThrows(
                IllegalArgumentException.class, () -> ScriptedEngine.builder().prefix("x/"));
    }

    @Test
    void pace_isKept() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(100).start()) {
            long began = System.nanoTime();
            Wire.stream(engine, "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":21}");
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertTrue(millis >= 200, millis + " ms");
        }
    }
}
