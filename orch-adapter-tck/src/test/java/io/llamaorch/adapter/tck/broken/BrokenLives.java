package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.config;
import static io.llamaorch.adapter.tck.broken.Changes.rebuilt;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.tasks;
import static io.llamaorch.adapter.tck.broken.Doings.leaveThread;
import static io.llamaorch.adapter.tck.broken.Doings.startThread;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in time, configuration and lifecycle (TIM, CFG, LIF). */
enum BrokenLives implements Broken {
    WAITS_BY_THE_SYSTEMS_CLOCK(
            rules("TIM-01", "TIM-02", "FLW-04", "HLT-03", "CAP-05"),
            config(config -> rebuilt(config, TimeSource.system(), name -> true))),

    FORGETS_THE_DEADLINE(rules("TIM-02"), tasks(Doings::withoutDeadline)),

    IGNORES_UNKNOWN_OPTIONS(
            rules("CFG-02"),
            config(config -> rebuilt(
                    config,
                    config.timeSource(),
                    name -> !name.equals("no-such-option") && !name.equals("nor-this-one")))),

    STARTS_A_THREAD_AT_CREATE(rules("CFG-04"), adapter(correct -> {
        CountDownLatch closed = new CountDownLatch(1);
        startThread("too-early", closed);
        return new ChangedAdapter(correct) {
            @Override
            public void close() {
                correct.close();
                closed.countDown();
            }
        };
    })),

    ASKS_THE_ENGINE_AT_CREATE(rules("CFG-04"), adapter(correct -> {
        WorkerHealth health = correct.health().toCompletableFuture().join();
        if (health.code().equals(Optional.of(ErrorCode.POOL_UNAVAILABLE))) {
            correct.close();
            throw new IllegalStateException("the engine cannot be reached");
        }
        return correct;
    })),

    ANSWERS_AFTER_CLOSE(rules("LIF-05"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            try {
                return correct.submit(task);
            } catch (IllegalStateException closed) {
                return TokenStream.failed(
                        task.jobId(), WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "the adapter is closed"));
            }
        }
    })),

    LEAVES_A_THREAD(rules("LIF-04", "LIF-06"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public void close() {
            correct.close();
            leaveThread();
        }
    }));

    private final Change change;

    BrokenLives(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
