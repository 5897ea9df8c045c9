package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.SlotCaches;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** CAP: an adapter can do what it declares, and refuses the rest. */
interface CapabilityRules extends Rules {

    /** The interfaces that {@code WorkerAdapter.capability} gives, each with what declares it. */
    Map<Class<?>, Capability> INTERFACES = Map.of(
            Tokenization.class, Capability.TOKENIZATION,
            ChatTemplates.class, Capability.CHAT_TEMPLATES,
            Embeddings.class, Capability.EMBEDDINGS,
            EngineMetrics.class, Capability.ENGINE_METRICS,
            Sessions.class, Capability.SESSIONS,
            SlotCaches.class, Capability.SLOT_CACHES);

    /** What an adapter may declare and yet refuse, as it depends on the model or on how the replica is declared. */
    Set<Capability> BY_REPLICA = Set.of(Capability.MEDIA, Capability.TOOL_CALLS, Capability.DETERMINISM);

    /** A picture of one pixel. */
    String PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    /** What hides what is declared. */
    String NOT_BUILT = "the descriptor declares what is not built, or not for this engine";

    private static boolean declares(Bench bench, Capability capability) {
        return bench.factory().descriptor().capabilities().contains(capability);
    }

    /** The usual task with another prompt. */
    private static TaskRequest.Builder of(Bench bench, Prompt prompt) {
        TaskRequest usual = bench.task().build();
        TaskRequest.Builder task = TaskRequest.builder(prompt).sampling(usual.sampling());
        usual.maxTokens().ifPresent(task::maxTokens);
        return task;
    }

    private static Prompt.Chat chat(List<Prompt.ToolSpec> tools, ChatMessage.Content... content) {
        return new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, List.of(content))), tools);
    }

    /**
     * Runs a task that needs a capability: to a whole answer if that is declared; else it must be refused, unsent.
     *
     * @return what was heard; nothing if it was refused as it should be
     */
    private Optional<Heard> doneOrRefused(Bench bench, Capability capability, TaskRequest.Builder task)
            throws InterruptedException {
        Heard heard = bench.run(task.build());
        boolean failed = heard.terminals().get(0) instanceof TokenEvent.Error;
        if (declares(bench, capability) && !(failed && BY_REPLICA.contains(capability))) {
            bench.mustEnd(heard, NOT_BUILT);
            return Optional.of(heard);
        }
        bench.mustFail(
                heard,
                ErrorCode.UNSUPPORTED,
                "what is not declared is left out of the request, and the caller gets something else than was asked for",
                "the task goes to the engine, which answers in its own way");
        bench.check(
                bench.engine().tasks() == 0,
                "a refusal before anything is sent",
                bench::engineNow,
                "what the task needs is looked at only when the engine has refused it");
        refusedAsDocumented();
        return Optional.empty();
    }

    @Rule("CAP-01")
    default void cap01_tokenPrompts_areDoneOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Prompt ids = new Prompt.Tokens(List.of(1, 2, 3, 4, 5));
            Optional<Heard> heard = doneOrRefused(bench, Capability.TOKEN_PROMPTS, of(bench, ids));
            answered(bench, heard);
        }
    }

    @Rule("CAP-01")
    default void cap01_chatPrompts_areDoneOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Prompt chat = chat(List.of(), new ChatMessage.Content.Text("Tell me a story."));
            answered(bench, doneOrRefused(bench, Capability.CHAT_PROMPTS, of(bench, chat)));
        }
    }

    private static void answered(Bench bench, Optional<Heard> heard) {
        heard.ifPresent(answer ->
                bench.check(answer.pieces() > 0, "an answer to this kind of prompt", answer::story, NOT_BUILT));
    }

    @Rule("CAP-01")
    default void cap01_media_areDoneOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Prompt chat = chat(
                    List.of(),
                    new ChatMessage.Content.Text("What is this?"),
                    new ChatMessage.Content.Media("image/png", PIXEL));
            doneOrRefused(bench, Capability.MEDIA, of(bench, chat));
        }
    }

    @Rule("CAP-01")
    default void cap01_tools_areDoneOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Prompt chat = chat(
                    List.of(new Prompt.ToolSpec("weather", "tells the weather", "{\"type\":\"object\"}")),
                    new ChatMessage.Content.Text("Will it rain?"));
            doneOrRefused(bench, Capability.TOOL_CALLS, of(bench, chat));
        }
    }

    @Rule("CAP-01")
    default void cap01_stopStrings_areDoneOrRefused() throws InterruptedException {
        String stop;
        try (Bench bench = open(EngineScript.WELL)) {
            List<String> pieces = bench.run().tokens().stream()
                    .map(piece -> piece.text().strip())
                    .filter(piece -> !piece.isEmpty())
                    .toList();
            bench.check(!pieces.isEmpty(), "a text to stop in", () -> "no text", NOT_BUILT);
            stop = pieces.get(pieces.size() / 2);
        }
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest.Builder task = bench.task().stop(stop);
            doneOrRefused(bench, Capability.STOP_STRINGS, task)
                    .ifPresent(heard -> bench.check(
                            !heard.text().contains(stop)
                                    && heard.terminals().get(0) instanceof TokenEvent.End end
                                    && Set.of(StopReason.STOP_STRING, StopReason.END_OF_TEXT, StopReason.UNKNOWN)
                                            .contains(end.reason()),
                            "a text that ends before \"" + stop
                                    + "\", for the reason STOP_STRING if the engine says so",
                            () -> heard.story() + ": \"" + heard.text() + "\"",
                            "the stop strings are not sent to the engine"));
        }
    }

    @Rule("CAP-01")
    default void cap01_seed_isKeptOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            doneOrRefused(bench, Capability.SEED, bench.task().seed(1));
        }
    }

    @Rule("CAP-01")
    default void cap01_determinismAboveBestEffort_isKeptOrRefused() throws InterruptedException {
        for (Determinism level : List.of(Determinism.GREEDY, Determinism.SEEDED)) {
            try (Bench bench = open(EngineScript.WELL)) {
                doneOrRefused(bench, Capability.DETERMINISM, bench.task().determinism(level));
            }
        }
    }

    @Rule("CAP-01")
    default void cap01_jsonSchema_isKeptOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest.Builder task = bench.task().constraint(new Constraint.JsonSchema("{\"type\":\"boolean\"}"));
            keeps(bench, doneOrRefused(bench, Capability.JSON_SCHEMA, task), "true", "false");
        }
    }

    @Rule("CAP-01")
    default void cap01_grammar_isKeptOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest.Builder task = bench.task().constraint(new Constraint.Grammar("root ::= \"yes\" | \"no\""));
            keeps(bench, doneOrRefused(bench, Capability.GRAMMAR, task), "yes", "no");
        }
    }

    /** The text must be one of those that the constraint allows, or its beginning if the limit came first. */
    private static void keeps(Bench bench, Optional<Heard> heard, String... allowed) {
        heard.ifPresent(answer -> {
            String text = answer.text().strip();
            boolean cut = answer.terminals().get(0) instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT;
            bench.check(
                    List.of(allowed).stream().anyMatch(whole -> cut ? whole.startsWith(text) : whole.equals(text)),
                    "a text that is " + String.join(" or ", allowed) + ", as the constraint says",
                    () -> answer.story() + ": \"" + answer.text() + "\"",
                    "the constraint is not sent to the engine",
                    "it is sent under a name that the engine does not know, and passes over");
        });
    }

    @Rule("CAP-01")
    default void cap01_logProbabilities_areToldOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Sampling sampling = bench.task().build().sampling();
            TaskRequest.Builder task = bench.task()
                    .sampling(sampling.toBuilder().logProbabilities(2).build());
            doneOrRefused(bench, Capability.LOG_PROBABILITIES, task)
                    .ifPresent(heard -> bench.check(
                            heard.tokens().stream()
                                    .anyMatch(token ->
                                            token.details().logProbability().isPresent()),
                            "tokens with their log-probabilities",
                            heard::story,
                            "what the engine tells of its choices is not read"));
        }
    }

    @Rule("CAP-01")
    default void cap01_slotPin_isKeptOrRefused() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().slots(2).build())) {
            doneOrRefused(bench, Capability.SLOT_PIN, bench.task().pin(Pin.toSlot(Bench.REPLICA, 1)))
                    .ifPresent(heard -> bench.check(
                            heard.terminals().get(0) instanceof TokenEvent.End end
                                    && !end.details().slot().equals(OptionalInt.of(0)),
                            "an answer from slot 1",
                            heard::story,
                            "the slot is not sent to the engine"));
        }
    }

    @Rule("CAP-01")
    default void cap01_proofOfCancel_isDeclared() throws InterruptedException {
        try (Bench bench = openStepped()) {
            bench.get("the properties", bench.adapter().properties());
            TokenStream stream = bench.submit(bench.task().build());
            Heard heard = Heard.everything();
            stream.subscribe(heard);
            bench.await(heard, "Started, when the engine took the task", Heard::started);
            CancelReceipt receipt = bench.settled(stream.cancel().settled());
            bench.check(
                    receipt.outcome() != CancelReceipt.Outcome.SLOT_FREE || declares(bench, Capability.CANCEL_PROOF),
                    "no proof from an adapter that does not declare CANCEL_PROOF",
                    receipt::toString,
                    "a slot is called free without a look",
                    "the descriptor does not say all that the adapter can");
        }
    }

    @Rule("CAP-01")
    default void cap01_interfaces_areThereIfDeclared() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            INTERFACES.forEach((type, capability) -> bench.check(
                    bench.adapter().capability(type).isPresent() == declares(bench, capability),
                    type.getSimpleName() + " if " + capability + " is declared, and only then",
                    () -> (declares(bench, capability) ? "declared" : "not declared") + ", and "
                            + bench.adapter().capability(type),
                    NOT_BUILT,
                    "the descriptor does not say all that the adapter can"));
            bench.mustEnd(bench.run());
        }
    }
}
