package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Whether the engine serves the model that a task names. It must be asked, as llama.cpp itself ignores a request's model
 * (contract 3).
 *
 * <p>Thread safety: immutable.
 */
final class ModelCheck {

    private final EngineQueries queries;
    private final KnownFacts facts;
    private final Failures failures;

    ModelCheck(EngineQueries queries, KnownFacts facts, Failures failures) {
        this.queries = queries;
        this.facts = facts;
        this.failures = failures;
    }

    /**
     * Asks what must be asked; never blocks.
     *
     * @param model the model that the task names; empty for whatever is served
     * @param whenServed called if it is served: at once if that is known, else on the I/O thread
     * @param whenNot called with the reason if it is not, or if that cannot be told
     */
    void begin(String model, Runnable whenServed, Consumer<WorkerError> whenNot) {
        if (model.isEmpty()) {
            whenServed.run();
            return;
        }
        facts.ask(reply(
                known -> {
                    if (known.serves(model)) {
                        whenServed.run();
                    } else {
                        lookFurther(model, known, whenServed, whenNot);
                    }
                },
                whenNot));
    }

    /** The properties tell one alias only; the list of models tells all. */
    private void lookFurther(String model, EngineFacts known, Runnable whenServed, Consumer<WorkerError> whenNot) {
        queries.models(reply(
                list -> {
                    if (list.names().contains(model)) {
                        whenServed.run();
                    } else {
                        Set<String> served =
                                new LinkedHashSet<>(known.properties().modelNames());
                        served.addAll(list.names());
                        whenNot.accept(failures.modelNotFound(model, served));
                    }
                },
                whenNot));
    }

    private static <T> EngineQueries.Reply<T> reply(Consumer<T> next, Consumer<WorkerError> whenNot) {
        return new EngineQueries.Reply<>() {
            @Override
            public void answer(T value) {
                next.accept(value);
            }

            @Override
            public void failure(WorkerError error) {
                whenNot.accept(error);
            }
        };
    }
}
