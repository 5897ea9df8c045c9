package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Interfaces;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** CAP-05: questions to any capability interface are over in time. */
interface InterfaceStageRules extends InterfaceTrials {

    /** By then a question has an answer, or has failed. */
    Duration ANSWERED = Duration.ofMinutes(2);

    /** How often the engine is looked at meanwhile. */
    int LOOKS = 12;

    @Rule("CAP-05")
    default void cap05_engineThatSaysNothing_isAnsweredForInTime() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new HeadFault.HangBeforeHead());
            Map<Capability, CompletionStage<?>> asked = new Interfaces(bench).askAll();
            for (int look = 0; look < LOOKS && !areOver(asked); look++) {
                Patience.within(Patience.mustNotHappen(), () -> areOver(asked));
                bench.pass(ANSWERED.dividedBy(LOOKS));
            }
            allMustFail(bench, asked, ErrorCode.DECODE_TIMEOUT, "silence is waited for without a limit");
        }
    }

    @Rule("CAP-05")
    default void cap05_engineThatCannotBeReached_isUnavailable() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new ConnectionFault.Refuse());
            Map<Capability, CompletionStage<?>> asked = new Interfaces(bench).askAll();
            allMustFail(bench, asked, ErrorCode.POOL_UNAVAILABLE, "what the client throws is not turned into an error");
        }
    }

    @Rule("CAP-05")
    default void cap05_adapterThatIsClosed_answersNothing() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Interfaces interfaces = new Interfaces(bench);
            Optional<Tokenization> tokenization = interfaces.find(Tokenization.class, Capability.TOKENIZATION);
            Optional<ChatTemplates> templates = interfaces.find(ChatTemplates.class, Capability.CHAT_TEMPLATES);
            Optional<Embeddings> embeddings = interfaces.find(Embeddings.class, Capability.EMBEDDINGS);
            Optional<EngineMetrics> metrics = interfaces.find(EngineMetrics.class, Capability.ENGINE_METRICS);
            bench.adapter().close();
            mustBeClosed(bench, tokenization.map(there -> there.tokenize(Interfaces.WORDS)));
            mustBeClosed(bench, tokenization.map(there -> there.detokenize(List.of(1))));
            mustBeClosed(
                    bench,
                    templates.map(there -> there.render(
                            new Prompt.Chat(List.of(ChatMessage.of(Role.USER, Interfaces.WORDS)), List.of()))));
            mustBeClosed(bench, embeddings.map(there -> there.embed(List.of(Interfaces.WORDS))));
            mustBeClosed(bench, metrics.map(EngineMetrics::read));
        }
    }

    private static boolean areOver(Map<Capability, CompletionStage<?>> asked) {
        return asked.values().stream()
                .allMatch(stage -> stage.toCompletableFuture().isDone());
    }

    private void allMustFail(Bench bench, Map<Capability, CompletionStage<?>> asked, ErrorCode code, String cause)
            throws InterruptedException {
        for (Map.Entry<Capability, CompletionStage<?>> stage : asked.entrySet()) {
            InterfaceTrials.mustFail(bench, "a question to " + stage.getKey(), code, stage.getValue(), cause);
        }
        if (asked.isEmpty()) {
            refusedAsDocumented();
        }
    }

    private void mustBeClosed(Bench bench, Optional<? extends CompletionStage<?>> stage) throws InterruptedException {
        if (stage.isEmpty()) {
            refusedAsDocumented();
            return;
        }
        Optional<Throwable> failure = new Interfaces(bench).failureOf(stage.get());
        bench.check(
                failure.orElse(null) instanceof IllegalStateException,
                "a stage that fails with IllegalStateException, as the adapter is closed",
                () -> failure.map(thrown -> "it failed with " + thrown).orElse("it completed well"),
                "an interface that was given goes on after its adapter");
    }
}
