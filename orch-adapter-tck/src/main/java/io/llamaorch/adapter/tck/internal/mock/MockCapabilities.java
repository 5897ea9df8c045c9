package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the mock can do beside telling texts. Its tokens are the characters of Unicode, and a token more with which prompts
 * begin.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockCapabilities implements Tokenization, ChatTemplates, Embeddings, EngineMetrics {

    private static final int BEGIN = Character.MAX_CODE_POINT + 1;
    private static final int WIDTH = 8;

    private final MockEngine engine;
    private final MockHealth health;
    private final Map<Class<?>, Object> byInterface = Map.of(
            Tokenization.class, this, ChatTemplates.class, this, Embeddings.class, this, EngineMetrics.class, this);

    MockCapabilities(MockEngine engine, MockHealth health) {
        this.engine = engine;
        this.health = health;
    }

    <T> Optional<T> find(Class<T> type) {
        return Optional.ofNullable(byInterface.get(type)).map(type::cast);
    }

    @Override
    public CompletionStage<List<Integer>> tokenize(String text) {
        List<Integer> ids = text.codePoints().boxed().toList();
        return health.ask(() -> ids);
    }

    @Override
    public CompletionStage<List<Integer>> tokenizePrompt(String text) {
        List<Integer> ids =
                Stream.concat(Stream.of(BEGIN), text.codePoints().boxed()).toList();
        return health.ask(() -> ids);
    }

    @Override
    public CompletionStage<String> detokenize(List<Integer> tokens) {
        List<Integer> ids = List.copyOf(tokens);
        for (int id : ids) {
            if (id < 0) {
                throw new IllegalArgumentException("a token id is negative: " + id);
            }
        }
        return health.ask(() -> ids.stream().map(this::piece).collect(Collectors.joining()));
    }

    private String piece(int id) {
        if (id > BEGIN) {
            throw health.failure(WorkerError.of(
                    ErrorCode.INVALID_PARAMS, "the mock has no token " + id + ": the last one is " + BEGIN));
        }
        return id == BEGIN ? "" : Character.toString(id);
    }

    @Override
    public CompletionStage<String> render(Prompt.Chat chat) {
        return health.ask(() -> chat.messages().stream()
                .map(message -> message.role().name().toLowerCase(Locale.ROOT) + ": "
                        + message.content().stream().map(this::text).collect(Collectors.joining(" ")) + "\n")
                .collect(Collectors.joining()));
    }

    private String text(ChatMessage.Content content) {
        if (content instanceof ChatMessage.Content.Text said) {
            return said.text();
        }
        if (content instanceof ChatMessage.Content.ToolResult result) {
            return result.text();
        }
        if (content instanceof ChatMessage.Content.ToolUse call) {
            return call.name() + " " + call.argumentsJson();
        }
        throw health.failure(
                WorkerError.of(ErrorCode.UNSUPPORTED, "the mock has no text for media: leave them out of the chat"));
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        List<String> all = List.copyOf(texts);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to embed: give at least one text");
        }
        return health.ask(() -> {
            require(Capability.EMBEDDINGS);
            return all.stream().map(MockCapabilities::vector).toList();
        });
    }

    /** How often characters of each kind are in the text; of the length 1. */
    private static float[] vector(String text) {
        double[] counts = new double[WIDTH];
        counts[0] = 1;
        text.codePoints().forEach(character -> counts[character % WIDTH]++);
        double length = 0;
        for (double count : counts) {
            length += count * count;
        }
        float[] vector = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            vector[i] = (float) (counts[i] / Math.sqrt(length));
        }
        return vector;
    }

    @Override
    public CompletionStage<Snapshot> read() {
        return health.ask(() -> {
            require(Capability.ENGINE_METRICS);
            engine.metricsRead();
            return new Snapshot(
                    Instant.now(),
                    List.of(
                            new Reading("mock:tasks_total", Kind.COUNTER, Map.of(), engine.tasks()),
                            new Reading("mock:tokens_total", Kind.COUNTER, Map.of(), engine.tokensGenerated()),
                            new Reading("mock:slots_busy", Kind.GAUGE, Map.of(), engine.slotsBusy())));
        });
    }

    private void require(Capability capability) {
        if (engine.lacks(capability)) {
            throw health.failure(WorkerError.of(
                    ErrorCode.UNSUPPORTED, "the mock was not started for " + capability + ": start one that was"));
        }
    }
}
