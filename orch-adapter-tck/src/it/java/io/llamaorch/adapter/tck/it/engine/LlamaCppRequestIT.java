package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.AssertionFailedError;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Each field that the adapter sends matters: an engine that is deaf to it does something else. The fields are read from
 * what was sent, so one that the adapter begins to send without an effect fails here.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaCppRequestIT {
    /** Larger than the last event with the fields that the adapter asks for, smaller than with all of them. */
    private static final int SMALL = 800;

    /** Ends at its limit, with every setting that shapes the choice of tokens. */
    private static final TaskRequest SHAPED = TaskRequest.builder("Once upon a time in the old harbour")
            .maxTokens(120)
            .sampling(Sampling.builder()
                    .temperature(1.4)
                    .topP(0.85)
                    .topK(5)
                    .minP(0.12)
                    .seed(11)
                    .repeatPenalty(1.15)
                    .presencePenalty(0.3)
                    .frequencyPenalty(0.2)
                    .stop(List.of("no such words"))
                    .logitBias(Map.of(262, -1.5))
                    .build())
            .extra("ignore_eos", true)
            .build();

    /** Ends at a word that comes up long before its limit. */
    private static final TaskRequest STOPPED = TaskRequest.builder("Once upon a time")
            .maxTokens(60)
            .temperature(0)
            .stop(" was")
            .build();

    private static final List<TaskRequest> TASKS = List.of(SHAPED, STOPPED);

    @Test
    void tasks_whenTheEngineHearsEverything_comeOutAsTheEngineItselfSays() throws Exception {
        checkAll();
    }

    static Stream<String> fieldsSent() {
        Set<String> fields = new LinkedHashSet<>();
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            for (TaskRequest task : TASKS) {
                textFrom(engine, task);
                fields.addAll(names(engine.lastRequestBody()));
            }
        }
        return fields.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fieldsSent")
    void field_whenTheEngineIsDeafToIt_isMissed(String field) {
        assertThrows(
                AssertionFailedError.class,
                () -> checkAll(field),
                () -> "the adapter sends " + field + ", and nothing changes when it is not heard");
    }

    @Test
    void fieldsSent_areAllThatTheTaskSays() {
        assertTrue(
                fieldsSent()
                        .toList()
                        .containsAll(List.of(
                                "prompt",
                                "n_predict",
                                "temperature",
                                "top_p",
                                "top_k",
                                "min_p",
                                "seed",
                                "repeat_penalty",
                                "presence_penalty",
                                "frequency_penalty",
                                "stop",
                                "logit_bias",
                                "stream",
                                "response_fields",
                                "ignore_eos")),
                () -> "sent: " + fieldsSent().toList());
    }

    /** Fails if any task comes out wrong on an engine that is deaf to some fields. */
    private static void checkAll(String... deafTo) throws Exception {
        try (ScriptedEngine judge = ScriptedEngine.builder().start();
                ScriptedEngine tested = ScriptedEngine.builder().deafTo(deafTo).start()) {
            for (TaskRequest task : TASKS) {
                String text = textFrom(tested, task);
                String body = tested.lastRequestBody();
                List<String> right = events(judge, body);
                assertEquals(text(right), text, "the text");
                List<String> answered = events(tested, body);
                String last = answered.get(answered.size() - 1);
                assertTrue(last.length() < SMALL, () -> "the last event is " + last.length() + " characters long");
                assertTrue(answered.size() > 2, () -> "no stream: " + answered);
            }
        }
    }

    private static String textFrom(ScriptedEngine engine, TaskRequest task) {
        StringBuilder text = new StringBuilder();
        try (WorkerAdapter adapter = new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder().url(engine.url().toString()).build())) {
            adapter.submit(task).forEach(event -> {
                if (event instanceof TokenEvent.Token token) {
                    text.append(token.text());
                }
            });
        }
        return text.toString();
    }

    /** The lines of data in the engine's own answer to a body; the whole answer if it is no stream. */
    private static List<String> events(ScriptedEngine engine, String body) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket("127.0.0.1", engine.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("POST /completion HTTP/1.1\r\nHost: engine\r\nConnection: close\r\nContent-Length: "
                                    + bytes.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            List<String> events = answer.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring("data: ".length()))
                    .toList();
            return events.isEmpty() ? List.of(answer) : events;
        }
    }

    private static String text(List<String> events) {
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            try (JsonParser parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), event)) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken() == JsonToken.PROPERTY_NAME
                            && parser.currentName().equals("content")) {
                        text.append(parser.nextStringValue());
                    }
                }
            }
        }
        return text.toString();
    }

    private static List<String> names(String body) {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = JsonFactory.builder().build().createParser(ObjectReadContext.empty(), body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        }
        return names;
    }
}
