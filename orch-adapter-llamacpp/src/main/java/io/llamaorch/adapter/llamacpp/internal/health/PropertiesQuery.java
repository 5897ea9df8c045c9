package io.llamaorch.adapter.llamacpp.internal.health;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.ModelList;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What an engine is, with all names of its model: {@code /props} tells one alias, {@code /v1/models} all (contract 3). A
 * host takes the names for the whole of them.
 *
 * <p>Thread safety: used for one question; its callbacks are serial.
 */
public final class PropertiesQuery {

    private final EngineQueries queries;
    private final KnownFacts facts;
    private final TimeSource time;
    private final Duration limit;

    /**
     * Makes a question.
     *
     * @param queries asks the engine
     * @param facts learns what the engine tells on the way
     * @param time the clock
     * @param limit how long both answers may take together
     */
    public PropertiesQuery(EngineQueries queries, KnownFacts facts, TimeSource time, Duration limit) {
        this.queries = queries;
        this.facts = facts;
        this.time = time;
        this.limit = limit;
    }

    /**
     * Asks; never blocks.
     *
     * @param reply hears the properties, on the I/O thread or, if that is gone, on this one
     */
    public void begin(EngineQueries.Reply<WorkerProperties> reply) {
        long begun = time.nanoTime();
        queries.facts(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts value) {
                facts.learn(value);
                Duration left = limit.minusNanos(time.nanoTime() - begun);
                askNames(value.properties(), left.isNegative() || left.isZero() ? Duration.ofNanos(1) : left, reply);
            }

            @Override
            public void failure(WorkerError error) {
                reply.failure(error);
            }
        });
    }

    private void askNames(WorkerProperties told, Duration left, EngineQueries.Reply<WorkerProperties> reply) {
        queries.models(left, new EngineQueries.Reply<>() {
            @Override
            public void answer(ModelList list) {
                facts.learn(list);
                Set<String> all = new LinkedHashSet<>(told.modelNames());
                reply.answer(
                        all.addAll(list.names())
                                ? told.toBuilder().modelNames(List.copyOf(all)).build()
                                : told);
            }

            @Override
            public void failure(WorkerError error) {
                if (error.code() == ErrorCode.NOT_FOUND) { // an engine or a proxy without this path has no more names
                    reply.answer(told);
                } else {
                    reply.failure(error);
                }
            }
        });
    }
}
