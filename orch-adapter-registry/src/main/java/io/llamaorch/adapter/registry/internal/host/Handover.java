package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.AdapterConfig;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Runs what may call others' code on a host's executor, which may be shut down before the host is. */
final class Handover {

    /** Always there. */
    static final Executor SHARED = AdapterConfig.builder().build().deliveryExecutor();

    private Handover() {}

    /** The same result, told on the executor. */
    static <T> CompletionStage<T> stage(Executor executor, CompletableFuture<T> result) {
        CompletableFuture<T> told = new CompletableFuture<>();
        var unused = result.whenComplete((value, failure) -> run(executor, () -> {
            if (failure == null) {
                told.complete(value);
            } else {
                told.completeExceptionally(failure);
            }
        }));
        return told.minimalCompletionStage();
    }

    static void run(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException e) { // it is shut down, or broken
            SHARED.execute(task);
        }
    }
}
