package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Makes the stages that an adapter hands out: failed at once if it is closed, and completed where foreign code may run.
 *
 * <p>Thread safety: safe for concurrent use.
 */
@FunctionalInterface
public interface Stages {

    /**
     * Makes a stage.
     *
     * @param begin begins the work, unless the adapter is closed; what it is given completes the stage
     * @param <T> what the stage has
     * @return the stage
     */
    <T> CompletionStage<T> stage(Consumer<EngineQueries.Reply<T>> begin);
}
