package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.EngineMetrics.Kind;
import io.llamaorch.adapter.spi.EngineMetrics.Reading;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What the real engine can do beside generating, against its own answer to the same question (CAP, HLT-07). */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppCapabilitiesIT {
    private static final List<String> TEXTS =
            List.of("Once upon a time", "there was a small llama", "\uD83E\uDD99 caf\u00e9\n", "<s>moon</s>", "a");

    private static final JsonFactory JSON = JsonFactory.builder().build();

    private static LlamaServer embedding(String pooling) throws IOException, InterruptedException {
        return LlamaServer.start(BigramModel.plain(), "--embeddings", "--pooling", pooling);
    }

    private static <T> T of(WorkerAdapter adapter, Class<T> type) {
        return adapter.capability(type).orElseThrow();
    }

    private static WorkerError error(CompletionStage<?> stage) throws InterruptedException {
        return assertInstanceOf(WorkerException.class, Patience.failure(stage)).error();
    }

    private static void assertRefused(ErrorCode code, String named, CompletionStage<?> stage)
            throws InterruptedException {
        WorkerError error = error(stage);
        assertEquals(code, error.code(), error.message());
        assertTrue(error.message().contains(named), error.message());
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\n", "\\n").replace("\"", "\\\"") + "\"";
    }

    /** The scalars behind each property of a name, in their order. */
    private static <T> List<T> scalars(String json, String name, Function<JsonParser, T> read) {
        List<T> found = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.PROPERTY_NAME
                        && parser.currentName().equals(name)) {
                    int depth = 0;
                    do {
                        JsonToken token = parser.nextToken();
                        depth += token == JsonToken.START_ARRAY ? 1 : token == JsonToken.END_ARRAY ? -1 : 0;
                        if (token.isScalarValue()) {
                            found.add(read.apply(parser));
                        }
                    } while (depth > 0);
                }
            }
        }
        return found;
    }

    @Test
    void tokens_areTheServersOwn_andJoinAgain() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Tokenization tokenization = of(adapter, Tokenization.class);
            for (String text : TEXTS) {
                List<Integer> ids = Runs.await(tokenization.tokenize(text));
                assertEquals(
                        scalars(
                                server.post("/tokenize", "{\"content\":" + quoted(text) + "}"),
                                "tokens",
                                JsonParser::getIntValue),
                        ids,
                        text);
                assertEquals(
                        scalars(
                                        server.post("/detokenize", "{\"tokens\":" + ids + "}"),
                                        "content",
                                        JsonParser::getString)
                                .get(0),
                        Runs.await(tokenization.detokenize(ids)),
                        text);
            }
            assertEquals(List.of(), Runs.await(tokenization.tokenize("")));
        }
    }

    @Test
    void tokensOfAPrompt_areAsManyAsTheServerEvaluates() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            for (String text : TEXTS) {
                String answer = server.completion("{\"prompt\":" + quoted(text) + ",\"n_predict\":1}");
                assertEquals(
                        scalars(answer, "tokens_evaluated", JsonParser::getIntValue)
                                .get(0),
                        Runs.await(of(adapter, Tokenization.class).tokenizePrompt(text))
                                .size(),
                        text);
            }
        }
    }

    @Test
    void token_thatIsNotInTheVocabulary_isTheCallersFault() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            assertRefused(
                    ErrorCode.INVALID_PARAMS,
                    "vocabulary",
                    of(adapter, Tokenization.class).detokenize(List.of(1, Integer.MAX_VALUE)));
        }
    }

    @Test
    void conversation_looksAsTheServerSays_withToolsToo() throws Exception {
        List<ChatMessage> messages = List.of(
                ChatMessage.of(Role.SYSTEM, "Be brief."),
                ChatMessage.of(Role.USER, "Will it rain?"),
                new ChatMessage(
                        Role.ASSISTANT,
                        List.of(
                                new Content.Text("I look."),
                                new Content.ToolUse("c1", "weather", "{\"city\":\"Oslo\"}"))),
                new ChatMessage(Role.TOOL, List.of(new Content.ToolResult("c1", "no"))));
        String body = "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"Will it rain?\"},"
                + "{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"no\"}],"
                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"tells it\","
                + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]}";
        Prompt.ToolSpec tool = new Prompt.ToolSpec(
                "weather", "tells it", "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}");
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            String shown =
                    Runs.await(of(adapter, ChatTemplates.class).render(new Prompt.Chat(messages, List.of(tool))));

            assertEquals(
                    scalars(server.post("/apply-template", body), "prompt", JsonParser::getString)
                            .get(0),
                    shown);
            assertTrue(shown.contains("Be brief.") && shown.contains("Will it rain?"), shown);
            assertEquals(
                    "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
                    Runs.await(of(adapter, ChatTemplates.class)
                            .render(new Prompt.Chat(List.of(ChatMessage.of(Role.USER, "hi")), List.of()))));
        }
    }

    @Test
    void vectors_areTheServersOwn_oneByOneAndTogether() throws Exception {
        try (LlamaServer server = embedding("mean");
                WorkerAdapter adapter = Runs.adapter(server)) {
            Embeddings embeddings = of(adapter, Embeddings.class);
            List<String> many = IntStream.range(0, 40)
                    .mapToObj(number -> TEXTS.get(number % TEXTS.size()) + " " + number)
                    .toList();
            List<float[]> together = Runs.await(embeddings.embed(many));

            assertEquals(many.size(), together.size());
            for (int i = 0; i < many.size(); i += 13) {
                float[] alone =
                        Runs.await(embeddings.embed(List.of(many.get(i)))).get(0);
                float[] own = floats(server.post("/embedding", "{\"content\":" + quoted(many.get(i)) + "}"));
                float[] openAi = floats(server.post("/v1/embeddings", "{\"input\":" + quoted(many.get(i)) + "}"));
                assertArrayEquals(own, alone, 1e-6f, many.get(i));
                assertArrayEquals(own, together.get(i), 1e-3f, many.get(i));
                assertArrayEquals(openAi, alone, 1e-6f, many.get(i));
            }
            assertRefused(ErrorCode.CONTEXT_EXCEEDED, "", embeddings.embed(List.of("short", "moon ".repeat(1_500))));
        }
    }

    private static float[] floats(String json) {
        List<Float> found = scalars(json, "embedding", JsonParser::getFloatValue);
        float[] vector = new float[found.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = found.get(i);
        }
        return vector;
    }

    @Test
    void server_thatGivesAVectorForEachToken_isToldHowToStart() throws Exception {
        try (LlamaServer server = embedding("none");
                WorkerAdapter adapter = Runs.adapter(server)) {
            assertRefused(
                    ErrorCode.UNSUPPORTED,
                    "--pooling mean",
                    of(adapter, Embeddings.class).embed(List.of("Once upon a time")));
        }
    }

    @Test
    void metrics_areTheServersOwn_andItsRatesBeginAnewWithEachReading() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            EngineMetrics metrics = of(adapter, EngineMetrics.class);
            Runs.events(adapter.submit(Runs.greedy("Once upon a time", 50).build()));
            assertTrue(Await.holds(Runs.MUST_HAPPEN, () -> isIdle(server)), "it counts when it gives the slot back");
            Map<String, Reading> first = byName(Runs.await(metrics.read()));
            Map<String, Reading> second = byName(Runs.await(metrics.read()));
            String own = server.get("/metrics");

            assertEquals(50, first.get("llamacpp:tokens_predicted_total").value());
            assertTrue(first.get("llamacpp:predicted_tokens_seconds").value() > 0, first::toString);
            assertEquals(0, second.get("llamacpp:predicted_tokens_seconds").value(), second::toString);
            assertEquals(
                    own.lines()
                            .filter(line -> !line.startsWith("#") && !line.isBlank())
                            .map(line -> line.split(" ")[0] + " " + Double.parseDouble(line.split(" ")[1]))
                            .toList(),
                    second.values().stream()
                            .map(reading -> reading.name() + " " + reading.value())
                            .toList());
            assertEquals(
                    own.lines()
                            .filter(line -> line.startsWith("# TYPE ") && line.endsWith(" counter"))
                            .map(line -> line.split(" ")[2])
                            .filter(name -> !name.equals("llamacpp:n_tokens_max"))
                            .toList(),
                    second.values().stream()
                            .filter(reading -> reading.kind() == Kind.COUNTER)
                            .map(Reading::name)
                            .toList());
        }
    }

    private static boolean isIdle(LlamaServer server) {
        try {
            return server.idleSlots() == 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Reading> byName(EngineMetrics.Snapshot snapshot) {
        return snapshot.readings().stream()
                .collect(Collectors.toMap(Reading::name, reading -> reading, (one, other) -> one, LinkedHashMap::new));
    }

    @Test
    void server_startedForNothingMore_namesTheFlags() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.plain()).withoutMetrics().start();
                WorkerAdapter adapter = Runs.adapter(server)) {
            assertRefused(
                    ErrorCode.UNSUPPORTED,
                    "start the server with --embeddings",
                    of(adapter, Embeddings.class).embed(List.of("Once upon a time")));
            assertRefused(
                    ErrorCode.UNSUPPORTED,
                    "start the server with --metrics",
                    of(adapter, EngineMetrics.class).read());
            assertEquals(
                    2,
                    Runs.await(of(adapter, Tokenization.class).tokenizePrompt("a"))
                            .size());
        }
    }
}
