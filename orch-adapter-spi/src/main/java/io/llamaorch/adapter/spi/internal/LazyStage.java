package io.llamaorch.adapter.spi.internal;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A value that is set once, and a stage for those who wait for it. Who sets it never runs their code: the stage
 * completes on the executor, and costs nothing if nobody asked for it.
 */
final class LazyStage<T> {

    private final AtomicReference<@Nullable T> value = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<T>> watched = new AtomicReference<>();

    /** Sets the value, if it is not set; says whether this call did. */
    boolean set(T newValue, Executor executor) {
        if (!value.compareAndSet(null, newValue)) {
            return false;
        }
        CompletableFuture<T> stage = watched.get();
        if (stage != null) {
            executor.execute(() -> stage.complete(newValue));
        }
        return true;
    }

    /** The value, or null if it is not set. */
    @Nullable
    T get() {
        return value.get();
    }

    CompletionStage<T> stage() {
        T known = value.get();
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        CompletableFuture<T> stage =
                Objects.requireNonNull(watched.updateAndGet(made -> made == null ? new CompletableFuture<>() : made));
        known = value.get();
        if (known != null) { // the setter may not have seen who watches; completing that here would run their code here
            return CompletableFuture.completedStage(known);
        }
        return stage.minimalCompletionStage();
    }
}
