package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What broken adapters do besides. */
final class Doings {

    /** Lets the thread that was left last time end, so that a run leaves one and not a thousand. */
    private static final AtomicReference<CountDownLatch> LEFT = new AtomicReference<>(new CountDownLatch(1));

    private static final AtomicLong DRAWN = new AtomicLong();

    private Doings() {}

    static void leaveThread() {
        CountDownLatch stays = new CountDownLatch(1);
        LEFT.getAndSet(stays).countDown();
        startThread("left-behind", stays);
    }

    /** Starts a thread that stays until it is let go. */
    static void startThread(String name, CountDownLatch letGo) {
        Thread started = new Thread(
                () -> {
                    try {
                        letGo.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        started.setDaemon(true);
        started.start();
    }

    /** Another seed each time. */
    static long drawnSeed() {
        return DRAWN.getAndIncrement();
    }

    /** Whether the task asks for a level of determinism above best effort. */
    static boolean atALevel(TaskRequest task) {
        return task.determinism() != Determinism.BEST_EFFORT;
    }

    /** The entries, one of which is another. */
    static Map<String, String> with(Map<String, String> entries, String name, String value) {
        Map<String, String> others = new LinkedHashMap<>(entries);
        others.put(name, value);
        return others;
    }

    /** The task with another prompt, and without extras, deadline and whatever else the mock does not look at. */
    static TaskRequest.Builder copy(TaskRequest task, Prompt prompt) {
        TaskRequest.Builder copy =
                TaskRequest.builder(prompt).jobId(task.jobId()).sampling(task.sampling());
        task.maxTokens().ifPresent(copy::maxTokens);
        return copy;
    }

    /** The task without its deadline, and with all else. */
    static TaskRequest withoutDeadline(TaskRequest task) {
        TaskRequest.Builder endless =
                copy(task, task.prompt()).determinism(task.determinism()).model(task.model());
        task.constraint().ifPresent(endless::constraint);
        task.pin().ifPresent(endless::pin);
        task.extras().forEach((name, value) -> endless.extra(name, String.valueOf(value)));
        return endless.build();
    }

    /** Runs a task at the place that an engine named. */
    static void visit(AdapterFactory factory, AdapterConfig config, String url, TaskRequest task) {
        AdapterConfig there = AdapterConfig.builder()
                .url(url)
                .timeSource(config.timeSource())
                .deliveryExecutor(config.deliveryExecutor())
                .build();
        try (WorkerAdapter adapter = factory.create(there)) {
            var unused = adapter.submit(task).collect().toCompletableFuture().join();
        }
    }
}
