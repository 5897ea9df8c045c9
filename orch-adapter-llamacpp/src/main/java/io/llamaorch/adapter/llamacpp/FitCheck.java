package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Whether a task certainly does not fit: more tokens than the context holds, which servers of 2024 would cut in the middle
 * without an error, or a pin to a slot that is not there, which every server takes for another slot (contract 10 and 12).
 * What the engine does not tell is taken to be well.
 *
 * <p>Thread safety: immutable.
 */
final class FitCheck {

    private final Engine engine;
    private final int promptTokens;
    private final OptionalInt slot;

    FitCheck(TaskRequest task, Engine engine) {
        this.engine = engine;
        promptTokens =
                task.prompt() instanceof Prompt.Tokens tokens ? tokens.ids().size() : 0;
        slot = task.pin().map(Pin::slot).orElse(OptionalInt.empty());
    }

    /**
     * Asks what must be asked; never blocks.
     *
     * @param whenFit called if it fits, or if that cannot be told: at once if the engine is known, else on the I/O thread
     * @param whenNot called with the reason if it does not
     */
    void begin(Runnable whenFit, Consumer<WorkerError> whenNot) {
        if (promptTokens == 0 && slot.isEmpty()) {
            whenFit.run();
            return;
        }
        engine.facts().ask(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts known) {
                misfit(known.properties()).ifPresentOrElse(whenNot, whenFit);
            }

            @Override
            public void failure(WorkerError error) {
                whenFit.run(); // whatever is wrong, the task itself will show it
            }
        });
    }

    private Optional<WorkerError> misfit(WorkerProperties known) {
        int context = known.contextLength().orElse(0);
        if (context > 0 && promptTokens >= context) {
            return Optional.of(engine.failures().promptTooLong(promptTokens, context));
        }
        int slots = known.slots().orElse(0);
        if (slots > 0 && slot.orElse(0) >= slots) {
            return Optional.of(engine.failures().noSuchSlot(slot.orElse(0), slots));
        }
        return Optional.empty();
    }
}
