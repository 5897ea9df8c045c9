package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The adapter to a {@link MockEngine}. It has no thread, no socket and no state but its running streams and the
 * questions it was asked; all of its time is the configuration's.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockAdapter implements WorkerAdapter {

    private final AdapterConfig config;
    private final MockEngine engine;
    private final boolean ownsEngine;
    private final RunningStreams streams;
    private final MockHealth health;
    private final MockCapabilities capabilities;

    /**
     * Makes an adapter.
     *
     * @param config what it was created with
     * @param options the same, read
     * @param engine where its tasks run
     * @param ownsEngine whether the engine ends with it
     */
    MockAdapter(AdapterConfig config, MockOptions options, MockEngine engine, boolean ownsEngine) {
        this.config = config;
        this.engine = engine;
        this.ownsEngine = ownsEngine;
        this.streams = RunningStreams.create(MockAdapterFactory.ENGINE, config, options.limits());
        this.health = new MockHealth(engine, config, options, streams);
        this.capabilities = new MockCapabilities(engine, health);
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return health.health();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return health.properties();
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return streams.open(task, emitter -> begin(task, emitter));
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return capabilities.find(type);
    }

    @Override
    public void close() {
        streams.close();
        health.close();
        if (ownsEngine) {
            engine.close();
        }
    }

    private void begin(TaskRequest task, TokenEmitter emitter) {
        String unable = whatItCannotDo(task);
        if (!task.extras().isEmpty()) {
            emitter.error(WorkerError.of(
                    ErrorCode.INVALID_PARAMS,
                    "the mock has no parameter "
                            + String.join(", ", task.extras().keySet()) + ": leave that extra out"));
        } else if (!unable.isEmpty()) {
            emitter.error(WorkerError.of(ErrorCode.UNSUPPORTED, "the mock has no " + unable + ": leave that out"));
        } else if (MockLevel.isContradicted(task)) {
            emitter.error(WorkerError.of(
                    ErrorCode.INVALID_PARAMS,
                    "GREEDY takes the likeliest token, and the task sets a temperature or top-p: leave that out"));
        } else {
            MockGeneration.begin(MockLevel.complete(task), text(task.prompt()), emitter, engine, config, health::heard);
        }
    }

    /** The text for which a prompt stands: of a conversation, all that was said. */
    private static String text(Prompt prompt) {
        StringBuilder text = new StringBuilder();
        if (prompt instanceof Prompt.Text plain) {
            text.append(plain.text());
        } else if (prompt instanceof Prompt.Chat chat) {
            chat.messages()
                    .forEach(message -> message.content().forEach(said -> {
                        if (said instanceof ChatMessage.Content.Text words) {
                            text.append(words.text()).append('\n');
                        } else if (said instanceof ChatMessage.Content.ToolResult result) {
                            text.append(result.text()).append('\n');
                        }
                    }));
        }
        return text.toString();
    }

    private static boolean hasMedia(Prompt prompt) {
        return prompt instanceof Prompt.Chat chat
                && chat.messages().stream()
                        .flatMap(message -> message.content().stream())
                        .anyMatch(ChatMessage.Content.Media.class::isInstance);
    }

    /** What the task asks for and the descriptor does not declare; empty if there is nothing of the kind. */
    private static String whatItCannotDo(TaskRequest task) {
        if (task.prompt() instanceof Prompt.Tokens) {
            return "prompts of tokens";
        }
        if (hasMedia(task.prompt())) {
            return "eyes or ears for media";
        }
        if (task.constraint().isPresent()) {
            return "constrained answers";
        }
        if (task.sampling().logProbabilities() > 0) {
            return "log-probabilities";
        }
        boolean pinned = task.pin()
                .flatMap(pin -> pin.slot().stream().boxed().findFirst())
                .isPresent();
        return pinned ? "slots to pin to" : "";
    }
}
