package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What the tests of the adapter on the real engine share: an adapter for a server, and the events of a whole run. */
final class Runs {
    /** Long enough for the slowest machine; only a fault reaches it. */
    static final Duration MUST_HAPPEN = Patience.scaled(Duration.ofSeconds(60));

    private Runs() {}

    static WorkerAdapter adapter(LlamaServer server) {
        return adapter(server.url().toString());
    }

    static WorkerAdapter adapter(String url) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(url)
                        .build());
    }

    /** One whose clock only the test moves. */
    static WorkerAdapter adapter(LlamaServer server, TimeSource time) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(server.url().toString())
                        .timeSource(time)
                        .build());
    }

    static WorkerAdapter adapter(LlamaServer server, String token) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(server.url().toString())
                        .token(Secret.of(token))
                        .build());
    }

    static TaskRequest.Builder greedy(String prompt, int tokens) {
        return TaskRequest.builder(prompt).maxTokens(tokens).temperature(0).seed(42);
    }

    /** Every event of a run, the terminal one included. */
    static List<TokenEvent> events(TokenStream stream) {
        List<TokenEvent> events = new ArrayList<>();
        stream.forEach(events::add);
        return events;
    }

    static String text(List<TokenEvent> events) {
        StringBuilder text = new StringBuilder();
        for (TokenEvent event : events) {
            if (event instanceof TokenEvent.Token token) {
                text.append(token.text());
            }
        }
        return text.toString();
    }

    static TokenEvent.End end(List<TokenEvent> events) {
        return assertInstanceOf(TokenEvent.End.class, events.get(events.size() - 1));
    }

    static TokenEvent.Error error(TokenStream stream) {
        return assertInstanceOf(TokenEvent.Error.class, await(stream.outcome()));
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** The text of the engine's own answer to the same task, not streamed. */
    static String content(String json) {
        try (JsonParser parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.PROPERTY_NAME
                        && parser.currentName().equals("content")) {
                    return parser.nextStringValue();
                }
            }
        }
        throw new AssertionError("no content in " + json);
    }

    /** Asks the server for the same greedy task without the adapter. */
    static String twin(LlamaServer server, String prompt, int tokens) throws IOException {
        return content(server.completion("{\"prompt\":\"" + prompt + "\",\"n_predict\":" + tokens
                + ",\"temperature\":0,\"top_p\":1,\"seed\":42}"));
    }
}
