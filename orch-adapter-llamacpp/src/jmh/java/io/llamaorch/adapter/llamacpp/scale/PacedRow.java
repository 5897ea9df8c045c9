package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.spi.WorkerAdapter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** So many streams at so many tokens a second each. */
final class PacedRow {

    static final String[] COLUMNS = {
        "streams",
        "tokens/s each",
        "tokens/s",
        "CPU µs/token",
        "I/O thread µs/token",
        "bytes/token",
        "lag p50 µs",
        "lag p99 µs",
        "I/O thread busy %",
        "engine busy %",
        "GC pauses ms/s",
        "files/stream",
        "threads"
    };

    private static final int SETTLE_SECONDS = 4;
    private static final int WINDOW_SECONDS = 3;

    private PacedRow() {}

    static List<?> measure(Bench bench, int streams, int rate) throws IOException, InterruptedException {
        int tokens = rate * (SETTLE_SECONDS + bench.rounds() * WINDOW_SECONDS + 2);
        long files = Meter.openFiles();
        List<Bench.Window> windows;
        long[][] delivered;
        double filesPerStream;
        try (WorkerAdapter adapter = bench.adapter()) {
            Crowd crowd = Crowd.open(adapter, streams, tokens, rate);
            filesPerStream = (double) (Meter.openFiles() - files) / streams;
            bench.engine().go();
            windows = bench.windows(SETTLE_SECONDS * 1000L, WINDOW_SECONDS * 1000L, crowd::tokens);
            delivered = crowd.delivered();
        }
        long[][] sent = bench.engine().sent(streams);
        return List.of(
                streams,
                rate,
                Bench.median(windows, window -> window.tokens() / window.seconds()),
                Bench.median(windows, window -> window.perToken(window.used().cpu()) / 1000),
                Bench.median(windows, window -> window.perToken(window.used().io()) / 1000),
                Bench.median(windows, window -> window.perToken(window.used().allocated())),
                Bench.median(windows, window -> lag(window, sent, delivered, 0.5) / 1000),
                Bench.median(windows, window -> lag(window, sent, delivered, 0.99) / 1000),
                Bench.median(windows, window -> window.busy(window.used().io())),
                Bench.median(windows, window -> window.busy(window.used().engine())),
                Bench.pauses(windows),
                filesPerStream,
                bench.threads());
    }

    /** From the engine's write to the delivery, of those that were delivered in the window. */
    private static double lag(Bench.Window window, long[][] sent, long[][] delivered, double part) {
        long[] lags = new long[(int) window.tokens() + sent.length];
        int count = 0;
        for (int stream = 0; stream < sent.length; stream++) {
            for (int i = 0; i < sent[stream].length; i++) {
                if (count < lags.length && window.has(delivered[stream][i])) {
                    lags[count++] = delivered[stream][i] - sent[stream][i];
                }
            }
        }
        Arrays.sort(lags, 0, count);
        return count == 0 ? Double.NaN : lags[(int) (part * (count - 1))];
    }
}
