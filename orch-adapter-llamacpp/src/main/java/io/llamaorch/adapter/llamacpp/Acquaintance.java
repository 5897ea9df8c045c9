package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.ModelList;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.function.Consumer;

/**
 * Learns what the fingerprint of a repeatable task tells of its server before that task is sent, unless it is known (DET-03).
 * What the server does not tell is left out; it keeps no task from running.
 *
 * <p>Thread safety: used for one question; its callbacks are serial.
 */
final class Acquaintance {

    private final EngineQueries queries;
    private final KnownFacts facts;

    Acquaintance(EngineQueries queries, KnownFacts facts) {
        this.queries = queries;
        this.facts = facts;
    }

    /**
     * Asks; never blocks.
     *
     * @param then called when all is known that will be: at once if it is, else on the I/O thread
     */
    void begin(Runnable then) {
        facts.ask(reply((EngineFacts known) -> {}, () -> askForModels(then)));
    }

    private void askForModels(Runnable then) {
        if (facts.models().isPresent()) {
            then.run();
        } else {
            queries.models(reply((ModelList list) -> facts.learn(list), then));
        }
    }

    private static <T> EngineQueries.Reply<T> reply(Consumer<T> learn, Runnable then) {
        return new EngineQueries.Reply<>() {
            @Override
            public void answer(T value) {
                learn.accept(value);
                then.run();
            }

            @Override
            public void failure(WorkerError error) {
                then.run();
            }
        };
    }
}
