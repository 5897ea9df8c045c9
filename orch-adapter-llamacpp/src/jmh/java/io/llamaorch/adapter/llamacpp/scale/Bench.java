package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * What all rows need: the engine, the meters, and how long to measure.
 *
 * @param engine the engine
 * @param meter reads what both processes use
 * @param threads finds the threads that are the adapter's
 * @param rounds how many windows a row has; its figures are their medians
 */
record Bench(EngineProcess engine, Meter meter, OwnThreads threads, int rounds) {

    /**
     * A window: what was used, how many tokens came, and when it was, on {@link System#nanoTime}.
     *
     * @param used what both processes used
     * @param tokens that were delivered
     * @param from its begin
     */
    record Window(Meter.Used used, long tokens, long from) {

        double seconds() {
            return used.nanos() / 1e9;
        }

        double perToken(long amount) {
            return (double) amount / tokens;
        }

        /** A CPU time as per cent of one processor. */
        double busy(long cpu) {
            return 100.0 * cpu / used.nanos();
        }

        boolean has(long time) {
            return time - from >= 0 && time - from < used.nanos();
        }
    }

    WorkerAdapter adapter() {
        threads.forget();
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder().url(engine.url()).build());
    }

    /** Lets a while pass, and measures then. */
    List<Window> windows(long settleMillis, long windowMillis, LongSupplier tokens)
            throws IOException, InterruptedException {
        pass(settleMillis);
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Meter.Reading before = meter.read();
            long already = tokens.getAsLong();
            pass(windowMillis);
            long now = tokens.getAsLong();
            windows.add(new Window(meter.read().since(before), now - already, before.nanos()));
            threads.look();
        }
        return windows;
    }

    static double median(List<Window> windows, ToDoubleFunction<Window> figure) {
        double[] sorted = windows.stream().mapToDouble(figure).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** The mean of the collector's pauses in milliseconds a second; most windows have none. */
    static double pauses(List<Window> windows) {
        return windows.stream().mapToDouble(window -> window.used().gc()).sum()
                / windows.stream().mapToDouble(Window::seconds).sum();
    }

    private void pass(long millis) throws InterruptedException {
        threads.look();
        Thread.sleep(millis);
    }
}
