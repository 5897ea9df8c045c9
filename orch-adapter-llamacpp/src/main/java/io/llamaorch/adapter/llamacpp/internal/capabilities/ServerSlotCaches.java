package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.SlotMessages;
import io.llamaorch.adapter.llamacpp.internal.codec.SlotMessages.Moved;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries.Reply;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.SlotCaches;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * {@link SlotCaches} over {@code POST /slots/ID?action=…} (contract 10). The server takes a slot that is not there for another,
 * and a restore that fails has emptied the slot.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerSlotCaches implements SlotCaches {

    private static final String LACKING = "start the server with --slot-save-path and a folder";
    private static final int BAD_REQUEST = 400;

    /** What the server takes, and every file system: no separator, no dot in front. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    private final EngineCalls calls;
    private final Stages stages;
    private final KnownFacts facts;
    private final SlotLedger ledger;

    /**
     * Makes the capability for one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     * @param facts knows how many slots there are
     * @param ledger is told what slots hold now
     */
    public ServerSlotCaches(EngineCalls calls, Stages stages, KnownFacts facts, SlotLedger ledger) {
        this.calls = calls;
        this.stages = stages;
        this.facts = facts;
        this.ledger = ledger;
    }

    @Override
    public CompletionStage<Stored> save(int slot, String name) {
        Question<Stored> question = of(slot, "save", SlotMessages.file(name), body -> {
            Moved saved = SlotMessages.saved(body);
            if (saved.tokens() == 0) {
                throw new UnusableAnswerException(
                        ErrorCode.INVALID_PARAMS,
                        "saved nothing: slot " + slot + " holds no tokens",
                        "run a task there first");
            }
            return new Stored(slot, name, saved.tokens(), saved.bytes());
        });
        return stages.stage(reply -> check(slot, Optional.of(name), reply, first -> ask(first, question, reply)));
    }

    @Override
    public CompletionStage<Stored> restore(int slot, String name) {
        Question<Stored> question = of(slot, "restore", SlotMessages.file(name), body -> {
                    Moved restored = SlotMessages.restored(body);
                    if (restored.tokens() == 0) {
                        throw new UnusableAnswerException(
                                ErrorCode.NOT_FOUND,
                                "restored nothing: " + name + " holds no tokens",
                                "save a slot that holds some");
                    }
                    return new Stored(slot, name, restored.tokens(), restored.bytes());
                })
                .whoseRefusalsMean((status, said) -> status == BAD_REQUEST
                        ? Optional.of(new Question.Meaning(
                                ErrorCode.NOT_FOUND,
                                "cannot restore " + name + " (400), and slot " + slot + " is empty now",
                                "name a file that this model's server has saved, and that fits its context"))
                        : Optional.empty());
        return stages.stage(reply -> check(
                slot,
                Optional.of(name),
                reply,
                first -> ask(
                        first,
                        question,
                        heard(reply, stored -> ledger.replaced(slot, name), failed -> ledger.replaced(slot, "")))));
    }

    @Override
    public CompletionStage<Integer> erase(int slot) {
        return stages.stage(reply -> check(slot, Optional.empty(), reply, first -> erase(first, slot, reply)));
    }

    /** Erases a slot that is there. */
    void erase(boolean first, int slot, Reply<Integer> reply) {
        Question<Integer> question = of(slot, "erase", SlotMessages.nothing(), SlotMessages::erased);
        ask(first, question, heard(reply, erased -> ledger.replaced(slot, ""), failed -> {}));
    }

    /** Asks: as the first question, or after another and perhaps on the I/O thread, with the credential that it had. */
    private <T> void ask(boolean first, Question<T> question, Reply<T> reply) {
        if (first) {
            calls.ask(question, reply);
        } else {
            calls.askOn(question, reply);
        }
    }

    private static <T> Question<T> of(int slot, String action, byte[] body, Function<byte[], T> read) {
        return Question.post("/slots/" + slot + "?action=" + action, body, Sizes.SMALL, read, LACKING);
    }

    /** Goes on if the name is one and the slot is there, and tells whether nothing had to be asked for that. */
    private <T> void check(int slot, Optional<String> name, Reply<T> reply, Consumer<Boolean> then) {
        if (slot < 0) {
            reply.failure(invalid("slot " + slot + " is no slot: they are counted from 0"));
        } else if (name.filter(given -> !NAME.matcher(given).matches()).isPresent()) {
            reply.failure(
                    invalid("the file's name is none: give letters, digits, dots, dashes and underscores, no dot in"
                            + " front, no folder, and 200 characters at most"));
        } else if (facts.now().isPresent()) {
            checkIsThere(slot, facts.slots(), reply, () -> then.accept(true));
        } else {
            facts.ask(new Reply<>() {
                @Override
                public void answer(EngineFacts known) {
                    checkIsThere(slot, known.properties().slots().orElse(0), reply, () -> then.accept(false));
                }

                @Override
                public void failure(WorkerError error) {
                    reply.failure(error);
                }
            });
        }
    }

    private static <T> void checkIsThere(int slot, int slots, Reply<T> reply, Runnable then) {
        if (slots > 0 && slot >= slots) {
            reply.failure(invalid("slot " + slot + " is not there: the server has " + slots + ", counted from 0"));
        } else {
            then.run();
        }
    }

    private static WorkerError invalid(String what) {
        return WorkerError.of(ErrorCode.INVALID_PARAMS, what);
    }

    private static <T> Reply<T> heard(Reply<T> reply, Consumer<T> onAnswer, Consumer<WorkerError> onFailure) {
        return new Reply<>() {
            @Override
            public void answer(T value) {
                onAnswer.accept(value);
                reply.answer(value);
            }

            @Override
            public void failure(WorkerError error) {
                onFailure.accept(error);
                reply.failure(error);
            }
        };
    }
}
