package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that submit a task whenever their last one has ended, until they are stopped. Thread safety: safe for concurrent use. */
final class FleetLoad {
    private final Fleet fleet;
    private final String name;
    private final int tokens;
    private final List<FleetTask> tasks = new CopyOnWriteArrayList<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean stopped;

    /** Nobody calls yet. */
    FleetLoad(Fleet fleet, String name, int tokens) {
        this.fleet = fleet;
        this.name = name;
        this.tokens = tokens;
    }

    /** One caller more, which begins at once. */
    void join() {
        int number = begun.getAndIncrement();
        FleetTask task = fleet.submit(Fleet.brief(name + number, tokens).build());
        tasks.add(task);
        task.over().thenRun(() -> {
            ended.incrementAndGet();
            if (!stopped) {
                join();
            }
        });
    }

    /** How many tasks are over. */
    int ended() {
        return ended.get();
    }

    /** Waits until so many are over. */
    void await(int count) {
        Patience.await(count + " tasks are over", () -> ended() >= count);
    }

    /** Lets no more tasks come, and waits until the last is over; gives all that came. */
    List<FleetTask> stop() {
        stopped = true;
        Patience.await("every caller has stopped", () -> ended() == begun.get());
        return List.copyOf(tasks);
    }
}
