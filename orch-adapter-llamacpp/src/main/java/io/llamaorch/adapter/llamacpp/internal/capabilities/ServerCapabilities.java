package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.SlotCaches;
import io.llamaorch.adapter.spi.Tokenization;
import java.util.Map;
import java.util.Optional;

/**
 * All capability interfaces of one engine. Each is there without a look at the engine: whether that was started for it
 * shows when it is asked.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerCapabilities {

    private final Map<Class<?>, Object> byInterface;

    /**
     * Makes the capabilities of one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     * @param facts what is known of the engine
     * @param ledger which session sits in which slot
     */
    public ServerCapabilities(EngineCalls calls, Stages stages, KnownFacts facts, SlotLedger ledger) {
        ServerSlotCaches caches = new ServerSlotCaches(calls, stages, facts, ledger);
        byInterface = Map.of(
                Sessions.class, new ServerSessions(stages, ledger, caches),
                SlotCaches.class, caches,
                Tokenization.class, new ServerTokenization(calls, stages),
                ChatTemplates.class, new ServerChatTemplates(calls, stages),
                Embeddings.class, new ServerEmbeddings(calls, stages),
                EngineMetrics.class, new ServerMetrics(calls, stages));
    }

    /**
     * Finds a capability.
     *
     * @param type its interface
     * @param <T> the same
     * @return its implementation
     */
    public <T> Optional<T> find(Class<T> type) {
        return Optional.ofNullable(byInterface.get(type)).map(type::cast);
    }
}
