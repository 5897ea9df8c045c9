package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a task needs of a replica besides a place (DSP-01): its model, capabilities, and a context that is long enough
 * where the prompt's length is certain. What a replica does not tell is taken to be well.
 *
 * <p>Thread safety: immutable.
 */
final class Needs {

    private final String model;
    private final Set<Capability> capabilities;
    private final int promptTokens;
    private final OptionalInt slot;
    private final boolean alone;
    private final boolean none;

    private Needs(TaskRequest task) {
        model = task.model();
        capabilities = capabilities(task);
        promptTokens =
                task.prompt() instanceof Prompt.Tokens tokens ? tokens.ids().size() : 0;
        slot = task.pin().map(Pin::slot).orElse(OptionalInt.empty());
        alone = task.determinism() != Determinism.BEST_EFFORT;
        none = model.isEmpty() && capabilities.isEmpty() && promptTokens == 0 && slot.isEmpty();
    }

    static Needs of(TaskRequest task) {
        return new Needs(task);
    }

    /** Whether nothing may run beside it on its replica (DET-02). */
    boolean alone() {
        return alone;
    }

    boolean metBy(Ability ability) {
        return none
                || (servesModel(ability)
                        && ability.capabilities().containsAll(capabilities)
                        && hasRoom(ability)
                        && hasSlot(ability));
    }

    /** Why a replica cannot serve; empty if it can. */
    Optional<WorkerError> unmetBy(Seat seat) {
        Ability known = seat.ability();
        String who =
                "replica " + seat.replica().id() + " (" + seat.replica().spec().engine() + ")";
        if (!servesModel(known)) {
            return error(
                    ErrorCode.NOT_FOUND,
                    who + " does not serve model '" + model + "', only " + String.join(", ", known.models()));
        }
        if (!known.capabilities().containsAll(capabilities)) {
            Set<Capability> missing = EnumSet.copyOf(capabilities);
            missing.removeAll(known.capabilities());
            return error(ErrorCode.UNSUPPORTED, who + " does not declare " + missing + ", which the task needs");
        }
        if (!hasRoom(known)) {
            return error(
                    ErrorCode.CONTEXT_EXCEEDED,
                    "the prompt has " + promptTokens + " tokens and the context of " + who + " "
                            + known.context().orElse(0));
        }
        if (!hasSlot(known)) {
            return error(
                    ErrorCode.INVALID_PARAMS,
                    "the task is pinned to slot " + slot.orElse(0) + ", and " + who + " has "
                            + known.slots().orElse(0) + " slots, counted from 0");
        }
        return Optional.empty();
    }

    private boolean servesModel(Ability known) {
        return model.isEmpty() || known.models().isEmpty() || known.models().contains(model);
    }

    private boolean hasRoom(Ability known) {
        return promptTokens == 0 || promptTokens < known.context().orElse(Integer.MAX_VALUE);
    }

    private boolean hasSlot(Ability known) {
        return slot.isEmpty() || slot.getAsInt() < known.slots().orElse(Integer.MAX_VALUE);
    }

    private static Optional<WorkerError> error(ErrorCode code, String message) {
        return Optional.of(WorkerError.of(code, message));
    }

    private static Set<Capability> capabilities(TaskRequest task) {
        Set<Capability> needed = EnumSet.noneOf(Capability.class);
        if (task.prompt() instanceof Prompt.Tokens) {
            needed.add(Capability.TOKEN_PROMPTS);
        } else if (task.prompt() instanceof Prompt.Chat chat) {
            needed.add(Capability.CHAT_PROMPTS);
            if (!chat.tools().isEmpty()) {
                needed.add(Capability.TOOL_CALLS);
            }
            if (chat.messages().stream()
                    .anyMatch(message ->
                            message.content().stream().anyMatch(ChatMessage.Content.Media.class::isInstance))) {
                needed.add(Capability.MEDIA);
            }
        }
        if (!task.sampling().stop().isEmpty()) {
            needed.add(Capability.STOP_STRINGS);
        }
        if (task.sampling().seed().isPresent()) {
            needed.add(Capability.SEED);
        }
        if (task.sampling().logProbabilities() > 0) {
            needed.add(Capability.LOG_PROBABILITIES);
        }
        if (task.determinism() != Determinism.BEST_EFFORT) {
            needed.add(Capability.DETERMINISM);
        }
        task.constraint()
                .ifPresent(form -> needed.add(
                        form instanceof Constraint.JsonSchema ? Capability.JSON_SCHEMA : Capability.GRAMMAR));
        if (task.pin().filter(pin -> pin.slot().isPresent()).isPresent()) {
            needed.add(Capability.SLOT_PIN);
        }
        return needed;
    }
}
