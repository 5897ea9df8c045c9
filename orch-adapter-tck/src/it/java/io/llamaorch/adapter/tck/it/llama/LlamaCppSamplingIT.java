package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What a task can ask of the choice of tokens, each against the real server's own answer to the same. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppSamplingIT {
    private static final String PROMPT = "Once upon a time";
    private static LlamaServer server;
    private WorkerAdapter adapter;

    @BeforeAll
    static void start() throws Exception {
        server = LlamaServer.start(BigramModel.plain());
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @BeforeEach
    void open() {
        adapter = Runs.adapter(server);
    }

    @AfterEach
    void close() {
        adapter.close();
    }

    private String text(TaskRequest.Builder task) {
        return Runs.text(Runs.events(adapter.submit(task.build())));
    }

    private static String twin(String more) throws IOException {
        return Runs.content(server.completion("{\"prompt\":\"" + PROMPT + "\",\"n_predict\":24," + more + "}"));
    }

    private static TaskRequest.Builder task(Sampling.Builder sampling) {
        return TaskRequest.builder(PROMPT).maxTokens(24).sampling(sampling.build());
    }

    @Test
    void sampling_ofTheTask_isTheEngines() throws Exception {
        assertEquals(
                twin("\"temperature\":1.7,\"top_k\":7,\"top_p\":0.8,\"min_p\":0.01,\"seed\":7,\"repeat_penalty\":1.3,"
                        + "\"presence_penalty\":0.4,\"frequency_penalty\":0.2,\"logit_bias\":[[267,-3]]"),
                text(task(Sampling.builder()
                        .temperature(1.7)
                        .topK(7)
                        .topP(0.8)
                        .minP(0.01)
                        .seed(7)
                        .repeatPenalty(1.3)
                        .presencePenalty(0.4)
                        .frequencyPenalty(0.2)
                        .logitBias(Map.of(267, -3.0)))));
    }

    /** Each changes this text by itself, so that one that is lost would be seen. */
    @ParameterizedTest
    @CsvSource({
        "typical_p, 0.2",
        "top_n_sigma, 0.5",
        "xtc_probability, 1.0",
        "dynatemp_range, 0.9",
        "dry_multiplier, 9.0",
        "mirostat, 2",
        "samplers, kt"
    })
    void extra_thatTheEngineKnows_isTheEngines(String name, String value) throws Exception {
        String common = "\"temperature\":1.5,\"seed\":11,";
        boolean isText = name.equals("samplers");
        String twin = twin(common + "\"" + name + "\":" + (isText ? "\"" + value + "\"" : value));
        TaskRequest.Builder task = task(Sampling.builder().temperature(1.5).seed(11));
        if (isText) {
            task.extra(name, value);
        } else if (value.contains(".")) {
            task.extra(name, Double.parseDouble(value));
        } else {
            task.extra(name, Long.parseLong(value));
        }
        assertEquals(twin, text(task));
    }

    @Test
    void extra_thatIsAList_isTheEngines() throws Exception {
        assertEquals(
                twin("\"temperature\":1.5,\"seed\":11,\"samplers\":[\"top_k\",\"temperature\"],\"top_k\":3"),
                text(task(Sampling.builder().temperature(1.5).seed(11).topK(3))
                        .extra("samplers", "[\"top_k\",\"temperature\"]")));
    }

    @Test
    void grammar_isKept() {
        List<TokenEvent> events = Runs.events(adapter.submit(TaskRequest.builder(PROMPT)
                .temperature(1)
                .seed(3)
                .constraint(new Constraint.Grammar("root ::= (\"yes\" | \"no\") \"!\""))
                .build()));
        assertTrue(List.of("yes!", "no!").contains(Runs.text(events)), () -> Runs.text(events));
    }

    @Test
    void grammar_thatIsNone_isTheTasksFault() {
        assertEquals(
                ErrorCode.INVALID_PARAMS,
                Runs.error(adapter.submit(TaskRequest.builder(PROMPT)
                                .constraint(new Constraint.Grammar("root ::= ("))
                                .build()))
                        .error()
                        .code());
    }

    @Test
    void jsonSchema_isKept() {
        String schema = "{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"},\"n\":{\"enum\":[1,2]}},"
                + "\"required\":[\"ok\",\"n\"],\"additionalProperties\":false}";
        String json = text(TaskRequest.builder(PROMPT)
                .temperature(1)
                .seed(3)
                .maxTokens(200)
                .constraint(new Constraint.JsonSchema(schema)));
        assertTrue(json.replaceAll("\\s", "").matches("\\{\"ok\":(true|false),\"n\":[12]}"), json);
    }

    @Test
    void logProbabilities_areTheEngines() throws Exception {
        List<TokenDetails> details = new ArrayList<>();
        adapter.submit(task(Sampling.builder().temperature(0).topP(1).logProbabilities(3))
                        .build())
                .forEach(event -> {
                    if (event instanceof TokenEvent.Token token) {
                        details.add(token.details());
                    }
                });
        String twin = server.completion(
                "{\"prompt\":\"" + PROMPT + "\",\"n_predict\":24,\"temperature\":0,\"top_p\":1,\"n_probs\":3}");
        List<Double> logarithms = logarithms(twin);
        assertEquals(24, details.size());
        for (int i = 0; i < details.size(); i++) {
            assertEquals(3, details.get(i).alternatives().size());
            assertEquals(1, details.get(i).ids().size());
            assertEquals(logarithms.get(i), details.get(i).logProbability().orElseThrow(), 1e-6);
        }
    }

    /** The chosen tokens' logarithms: those that stand outside of the alternatives. */
    private static List<Double> logarithms(String answer) {
        List<Double> found = new ArrayList<>();
        try (JsonParser parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), answer)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    if (name.equals("top_logprobs")) {
                        parser.nextToken();
                        parser.skipChildren();
                    } else if (name.equals("logprob")) {
                        parser.nextToken();
                        found.add(parser.getDoubleValue());
                    }
                }
            }
        }
        return found;
    }

    @Test
    void progress_whenAskedFor_goesToTheWholePrompt() {
        List<TokenEvent.Progress> progress = new ArrayList<>();
        adapter.submit(TaskRequest.builder(PROMPT).maxTokens(1).progress(true).build())
                .forEach(event -> {
                    if (event instanceof TokenEvent.Progress step) {
                        progress.add(step);
                    }
                });
        assertTrue(progress.size() >= 2, progress::toString);
        TokenEvent.Progress last = progress.get(progress.size() - 1);
        assertEquals(last.total(), last.processed());
    }

    @Test
    void pin_toASlot_isKept() {
        for (int slot : new int[] {1, 0, 1}) {
            TaskRequest task = TaskRequest.builder(PROMPT)
                    .maxTokens(1)
                    .pin(Pin.toSlot("r0", slot))
                    .build();
            assertEquals(
                    OptionalInt.of(slot),
                    Runs.end(Runs.events(adapter.submit(task))).details().slot());
        }
    }

    @Test
    void prompt_thatCannotFit_isRefusedBeforeTheEngineHasWork() throws Exception {
        double before = server.metric("prompt_tokens_total");
        TaskRequest task = TaskRequest.builder(new Prompt.Tokens(Collections.nCopies(2048, 260)))
                .build();
        TokenEvent.Error error = assertInstanceOf(
                TokenEvent.Error.class, Runs.await(adapter.submit(task).outcome()));
        assertEquals(ErrorCode.CONTEXT_EXCEEDED, error.error().code());
        assertEquals(before, server.metric("prompt_tokens_total"));
    }

    /** Of a text nobody knows the tokens but the engine; it tells both lengths. */
    @Test
    void text_thatCannotFit_isRefusedWithBothLengths() {
        String message = Runs.error(
                        adapter.submit(TaskRequest.builder("the ".repeat(3000)).build()))
                .error()
                .message();
        assertTrue(message.matches("(?s).*the prompt has \\d+ tokens and the context 2048.*"), message);
    }
}
