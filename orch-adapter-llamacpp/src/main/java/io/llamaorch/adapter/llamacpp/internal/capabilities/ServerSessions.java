package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries.Reply;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * {@link Sessions} by the ledger of slots. The end of a session erases its slot where that holds nothing else, does not work
 * and nobody else uses the server, and the server was started for it; else its cache stays until something takes its place.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerSessions implements Sessions {

    private final Stages stages;
    private final SlotLedger ledger;
    private final ServerSlotCaches caches;

    /**
     * Makes the capability for one engine.
     *
     * @param stages makes what is returned
     * @param ledger knows the sessions
     * @param caches erases a slot
     */
    public ServerSessions(Stages stages, SlotLedger ledger, ServerSlotCaches caches) {
        this.stages = stages;
        this.ledger = ledger;
        this.caches = caches;
    }

    @Override
    public Snapshot snapshot() {
        return ledger.snapshot();
    }

    @Override
    public CompletionStage<Release> end(String sessionId) {
        return stages.stage(reply -> {
            Optional<OptionalInt> place = ledger.end(sessionId);
            if (place.isEmpty() || place.get().isEmpty()) {
                reply.answer(new Release(place.isPresent(), OptionalInt.empty()));
                return;
            }
            caches.erase(true, place.get().getAsInt(), new Reply<>() {
                @Override
                public void answer(Integer erased) {
                    reply.answer(new Release(true, OptionalInt.of(erased)));
                }

                @Override
                public void failure(WorkerError error) {
                    reply.answer(new Release(true, OptionalInt.empty())); // it is forgotten all the same
                }
            });
        });
    }
}
