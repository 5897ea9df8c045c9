package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter and a hostile engine, with what the engine costs: what the I/O thread allocates, which is more than the
 * adapter can hold at any time, and how much the engine gets rid of. What was measured goes into a table.
 */
final class HostileBench {

    /** More than two sockets' buffers and the largest bound together. */
    private static final long MOST_SENT = 64 << 20;

    private static final List<String> ROWS = new ArrayList<>();

    private final FakeEngine engine;
    private final WorkerAdapter adapter;
    private final Thread ioThread;
    private final long before;

    /** Has a task run through first, so that everything is there that is made once. */
    HostileBench(FakeEngine engine, WorkerAdapter adapter) throws Exception {
        this.engine = engine;
        this.adapter = adapter;
        assertWell();
        ioThread = AdapterFixture.threads().stream()
                .filter(thread -> thread.getName().equals("llamacpp-io"))
                .findFirst()
                .orElseThrow();
        before = Allocation.of(ioThread);
    }

    /** A well-behaved answer is read as ever (ERR-06). */
    void assertWell() throws Exception {
        engine.on(
                "/completion",
                line -> line.stream("data: {\"content\":\"a\",\"tokens_predicted\":1}\n\n" + FakeEngine.END));
        engine.on("/props", line -> line.json(200, Transcripts.text("props")));
        AdapterFixture.end(adapter.submit(AdapterFixture.task().build()));
    }

    /** The engine is rid of the adapter, and got rid of no more than bounds and buffers explain. */
    void assertBounded(String name, String outcome, Flood answer, long memory) throws Exception {
        assertFrugal(name, outcome, answer, memory);
        assertTrue(answer.sent() <= MOST_SENT, name + " was read for " + answer.sent() + " bytes");
    }

    /** The engine is rid of the adapter, which took no more memory than this however much it was sent. */
    void assertFrugal(String name, String outcome, Flood answer, long memory) throws Exception {
        long allocated = Allocation.of(ioThread) - before;
        Patience.await(answer.over());
        synchronized (ROWS) {
            ROWS.add(String.format("| %s | %s | %,d | %,d |", name, outcome, answer.sent() / 1024, allocated / 1024));
        }
        assertTrue(allocated <= memory, name + " made the adapter allocate " + allocated + " bytes");
    }

    /** Writes all that was measured so far in this JVM. */
    static void writeTable() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "| the engine sends | outcome | KiB that it got rid of | KiB allocated on the I/O thread |",
                "|---|---|---|---|"));
        synchronized (ROWS) {
            lines.addAll(ROWS);
        }
        Files.write(Files.createDirectories(Path.of("target")).resolve("hostile-engines.md"), lines);
    }
}
