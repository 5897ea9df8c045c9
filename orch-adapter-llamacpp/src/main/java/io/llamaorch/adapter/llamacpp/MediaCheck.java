package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.codec.MediaParts;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Whether the engine's model takes the pictures and sounds of a prompt, so that they are not sent in vain. An engine that
 * does not tell, as those of 2024, takes none.
 *
 * <p>Thread safety: immutable.
 */
final class MediaCheck {

    private final KnownFacts facts;
    private final Failures failures;

    MediaCheck(KnownFacts facts, Failures failures) {
        this.facts = facts;
        this.failures = failures;
    }

    /**
     * Asks what must be asked; never blocks.
     *
     * @param prompt the task's prompt
     * @param whenTaken called if all of it can be sent: at once if that is known, else on the I/O thread
     * @param whenNot called with the reason if it cannot, or if that cannot be told
     * @throws io.llamaorch.adapter.spi.WorkerException if there is a medium in it that no model takes
     */
    void begin(Prompt prompt, Runnable whenTaken, Consumer<WorkerError> whenNot) {
        Set<String> needed = MediaParts.modalities(prompt);
        if (needed.isEmpty()) {
            whenTaken.run();
            return;
        }
        facts.ask(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts known) {
                Set<String> lacking = new TreeSet<>(needed);
                lacking.removeAll(known.properties().modalities());
                if (lacking.isEmpty()) {
                    whenTaken.run();
                } else {
                    whenNot.accept(failures.modalityMissing(lacking.iterator().next()));
                }
            }

            @Override
            public void failure(WorkerError error) {
                whenNot.accept(error);
            }
        });
    }
}
