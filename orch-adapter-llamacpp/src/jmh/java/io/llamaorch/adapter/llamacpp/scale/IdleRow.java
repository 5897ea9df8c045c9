package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.spi.WorkerAdapter;
import java.io.IOException;
import java.util.List;

/** What open streams hold on the heap, kernel buffers aside: before their first token, after it, and when they are over. */
final class IdleRow {

    static final String[] COLUMNS = {
        "open streams",
        "heap bytes/stream before a token",
        "heap bytes/stream after a token",
        "heap bytes/stream left behind",
        "files/stream",
        "threads"
    };

    /** Slow enough that no stream ends while the heap is looked at. */
    private static final int RATE = 1;

    private static final int TOKENS = 6;

    private IdleRow() {}

    /** The heap without streams. To be taken once, so that what one row leaves behind is no gift to the next. */
    static long emptyHeap(Bench bench) throws IOException, InterruptedException {
        try (WorkerAdapter adapter = bench.adapter()) {
            Crowd.open(adapter, 1, 1, 0).delivered(); // what the adapter itself needs is no stream's
        }
        return Meter.liveHeap();
    }

    static List<?> measure(Bench bench, long emptyHeap, int streams) throws IOException, InterruptedException {
        try (WorkerAdapter adapter = bench.adapter()) {
            List<Double> figures = figures(bench, adapter, emptyHeap, streams);
            double left = (double) (Meter.liveHeap() - emptyHeap) / streams;
            return List.of(streams, figures.get(0), figures.get(1), left, figures.get(2), bench.threads());
        }
    }

    /** Apart, so that its streams are garbage when it returns. */
    private static List<Double> figures(Bench bench, WorkerAdapter adapter, long emptyHeap, int streams)
            throws IOException, InterruptedException {
        long files = Meter.openFiles();
        Crowd crowd = Crowd.open(adapter, streams, TOKENS, RATE);
        double before = (double) (Meter.liveHeap() - emptyHeap) / streams;
        double open = (double) (Meter.openFiles() - files) / streams;
        bench.engine().go();
        while (crowd.tokens() < streams) {
            Thread.sleep(100);
        }
        double after = (double) (Meter.liveHeap() - emptyHeap) / streams;
        bench.threads().look();
        crowd.delivered();
        return List.of(before, after, open);
    }
}
