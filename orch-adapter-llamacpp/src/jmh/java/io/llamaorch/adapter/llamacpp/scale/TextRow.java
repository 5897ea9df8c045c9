package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Texts of one length, one after the other, sent as fast as they are read; so many at a time. */
final class TextRow {

    static final String[] COLUMNS = {
        "tokens of a text",
        "texts at a time",
        "tokens/s",
        "texts/s",
        "CPU µs/token",
        "bytes/token",
        "CPU µs/text",
        "bytes/text",
        "I/O thread busy %",
        "engine busy %",
        "GC pauses ms/s",
        "threads"
    };

    private static final long SETTLE_MILLIS = 3000;
    private static final long WINDOW_MILLIS = 2000;

    private final WorkerAdapter adapter;
    private final int tokens;
    private final AtomicLong[] counts;
    private final CountDownLatch unended;
    private volatile boolean enough;
    private volatile String failure = "";

    private TextRow(WorkerAdapter adapter, int tokens, int atOnce) {
        this.adapter = adapter;
        this.tokens = tokens;
        counts = Stream.generate(AtomicLong::new).limit(atOnce).toArray(AtomicLong[]::new);
        unended = new CountDownLatch(atOnce);
    }

    static List<?> measure(Bench bench, int tokens, int atOnce) throws IOException, InterruptedException {
        List<Bench.Window> windows;
        try (WorkerAdapter adapter = bench.adapter()) {
            TextRow row = new TextRow(adapter, tokens, atOnce);
            for (AtomicLong count : row.counts) {
                row.next(count);
            }
            windows = bench.windows(SETTLE_MILLIS, WINDOW_MILLIS, row::delivered);
            row.enough = true;
            row.unended.await();
            if (!row.failure.isEmpty()) {
                throw new IllegalStateException(row.failure);
            }
        }
        return List.of(
                tokens,
                atOnce,
                Bench.median(windows, window -> window.tokens() / window.seconds()),
                Bench.median(windows, window -> window.tokens() / window.seconds() / tokens),
                Bench.median(windows, window -> window.perToken(window.used().cpu()) / 1000),
                Bench.median(windows, window -> window.perToken(window.used().allocated())),
                Bench.median(windows, window -> window.perToken(window.used().cpu()) / 1000 * tokens),
                Bench.median(windows, window -> window.perToken(window.used().allocated()) * tokens),
                Bench.median(windows, window -> window.busy(window.used().io())),
                Bench.median(windows, window -> window.busy(window.used().engine())),
                Bench.pauses(windows),
                bench.threads());
    }

    /** Each next text is asked for where the last one ended, on the I/O thread, so that no other thread takes part. */
    private void next(AtomicLong count) {
        adapter.submit(Crowd.task(tokens, 0, 0))
                .subscribe(new Probe(count, new long[0], () -> {}, end -> ended(count, end)));
    }

    private void ended(AtomicLong count, TokenEvent.Terminal end) {
        if (!(end instanceof TokenEvent.End)) {
            failure = end.toString();
        }
        if (enough || !failure.isEmpty()) {
            unended.countDown();
        } else {
            next(count);
        }
    }

    private long delivered() {
        long sum = 0;
        for (AtomicLong count : counts) {
            sum += count.get();
        }
        return sum;
    }
}
