package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.capability;
import static io.llamaorch.adapter.tck.broken.Changes.rules;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerHealth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in a capability interface (CAP, HLT-07). */
enum BrokenCapabilities implements Broken {
    LOSES_A_TOKEN(rules("CAP-02"), capability(Tokenization.class, correct -> new Tokenization() {
        @Override
        public CompletionStage<List<Integer>> tokenize(String text) {
            return correct.tokenize(text).thenApply(ids -> ids.subList(0, Math.max(0, ids.size() - 1)));
        }

        @Override
        public CompletionStage<String> detokenize(List<Integer> tokens) {
            return correct.detokenize(tokens);
        }
    })),

    TAKES_ANY_TOKEN(rules("CAP-02"), capability(Tokenization.class, correct -> new Tokenization() {
        @Override
        public CompletionStage<List<Integer>> tokenize(String text) {
            return correct.tokenize(text);
        }

        @Override
        public CompletionStage<String> detokenize(List<Integer> tokens) {
            return correct.detokenize(tokens).exceptionally(failure -> instead(failure, "INVALID_PARAMS", ""));
        }
    })),

    SHOWS_THE_LAST_MESSAGE_ONLY(rules("CAP-03"), capability(ChatTemplates.class, correct -> chat -> {
        int last = chat.messages().size() - 1;
        return correct.render(new Prompt.Chat(chat.messages().subList(last, last + 1), chat.tools()));
    })),

    EMBEDS_IN_ANOTHER_ORDER(
            rules("CAP-04"),
            capability(
                    Embeddings.class,
                    correct -> texts -> correct.embed(texts).thenApply(vectors -> {
                        List<float[]> other = new ArrayList<>(vectors);
                        Collections.reverse(other);
                        return other;
                    }))),

    MAKES_UP_VECTORS(
            rules("CAP-04"),
            capability(
                    Embeddings.class,
                    correct -> texts -> correct.embed(texts).exceptionally(failure -> {
                        if (failure instanceof IllegalStateException
                                || !failure.getMessage().contains("UNSUPPORTED")) {
                            throw (RuntimeException) failure;
                        }
                        return Collections.nCopies(texts.size(), new float[1]);
                    }))),

    READS_METRICS_WITH_EVERY_LOOK(rules("HLT-07"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public CompletionStage<WorkerHealth> health() {
            return correct.capability(EngineMetrics.class)
                    .orElseThrow()
                    .read()
                    .handle((snapshot, failure) -> failure == null)
                    .thenCompose(read -> super.health());
        }
    })),

    TELLS_NO_METRICS_FOR_NONE(
            rules("HLT-07"),
            capability(
                    EngineMetrics.class,
                    correct -> () -> correct.read()
                            .exceptionally(failure -> instead(
                                    failure, "UNSUPPORTED", new EngineMetrics.Snapshot(Instant.EPOCH, List.of()))))),

    WAITS_FOR_METRICS_FOR_EVER(rules("CAP-05"), capability(EngineMetrics.class, correct -> () -> {
        CompletableFuture<EngineMetrics.Snapshot> patient = new CompletableFuture<>();
        correct.read().whenComplete((snapshot, failure) -> {
            if (failure == null) {
                patient.complete(snapshot);
            } else if (!String.valueOf(failure.getMessage()).contains("DECODE_TIMEOUT")) {
                patient.completeExceptionally(failure);
            }
        });
        return patient;
    }));

    /** Something in place of a failure with this code; any other is thrown. */
    private static <T> T instead(Throwable failure, String code, T value) {
        if (String.valueOf(failure.getMessage()).contains(code)) {
            return value;
        }
        throw (RuntimeException) failure;
    }

    private final Change change;

    BrokenCapabilities(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
