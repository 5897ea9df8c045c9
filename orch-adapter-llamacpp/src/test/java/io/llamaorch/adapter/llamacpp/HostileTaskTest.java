package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.error;
import static io.llamaorch.adapter.llamacpp.RunBench.END;
import static io.llamaorch.adapter.llamacpp.RunBench.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No value of a task leaves its place in what is sent (SEC-04). Control characters do not get this far: the SPI refuses
 * them in names. Bodies are read back in {@code CompletionRequestTest}; here is the rest of the request.
 */
@NoLeaks
class HostileTaskTest {

    private static final String BENIGN_HEAD = "POST /completion HTTP/1.1\r\n"
            + "Host: 127.0.0.1:PORT\r\n"
            + "Connection: close\r\n"
            + "Accept: text/event-stream\r\n"
            + "Content-Type: application/json\r\n"
            + "User-Agent: orch-adapter-llamacpp\r\n";

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    /** Each tries to be more than a name; the last three are cut to a line break by those who cut characters to bytes. */
    static List<String> names() {
        return List.of(
                "\",\"stream\":false,\"x\":\"",
                "x HTTP/1.1",
                "x: y",
                "../../slots?id=0#",
                "%0d%0aX-Evil: 1",
                "\\r\\nX-Evil: 1",
                " leading and trailing ",
                "🦙é中",
                "half \ud83e a pair",
                "\u2028X-Evil: 1\u2029",
                "\u560d\u560aX-Evil: 1",
                "\u010d\u010aX-Evil: 1\u010d\u010a\u010d\u010a",
                "中".repeat(TaskRequest.MAX_ID_LENGTH));
    }

    private FakeEngine engine(CompletableFuture<FakeEngine.Ending> ending) throws Exception {
        return fixture.engine().on("/completion", line -> {
            line.stream(END);
            ending.complete(line.awaitEnd());
        });
    }

    /** The head of the request for a task, after which nothing may come but its body. */
    private String head(TaskRequest task) throws Exception {
        CompletableFuture<FakeEngine.Ending> ending = new CompletableFuture<>();
        FakeEngine engine = engine(ending);
        assertEquals(
                StopReason.END_OF_TEXT,
                end(fixture.adapter(engine).submit(task)).reason());
        assertEquals(FakeEngine.Ending.RESET, Patience.get(ending), "nothing follows the body");
        List<String> sent = engine.requests("/completion");
        assertEquals(1, sent.size());
        String head = sent.get(0).substring(0, sent.get(0).indexOf("\r\n\r\n") + 2);
        return head.replace(String.valueOf(engine.port()), "PORT").replaceFirst("Content-Length: \\d+\r\n", "");
    }

    @ParameterizedTest
    @MethodSource("names")
    void names_changeNothingButTheCorrelationId(String name) throws Exception {
        String head = head(task().jobId(name)
                .sessionId(name)
                .correlationId(name)
                .extra(name, name)
                .build());
        String[] parts = head.split("X-Correlation-Id: ", 2);
        assertEquals(BENIGN_HEAD, parts[0]);
        String value = parts[1].substring(0, parts[1].length() - 2);
        assertTrue(value.chars().allMatch(c -> c > ' ' && c <= '~'), value);
        assertTrue(
                value.length() < 8190 - "X-Correlation-Id: ".length(),
                "longer than llama.cpp takes: " + value.length());
    }

    @ParameterizedTest
    @MethodSource("names")
    void jobAndSession_areNotTheEnginesToKnow(String name) {
        RunBench run = new RunBench();
        run.learn(Engines.PROPS);
        run.open(task().jobId(name).sessionId(name).build());
        assertEquals(
                Map.of(
                        "Accept",
                        "text/event-stream",
                        "Content-Type",
                        "application/json",
                        "User-Agent",
                        "orch-adapter-llamacpp"),
                run.transport.streamed().get(0).headers());
        run.streams.close();
    }

    /** The server does not care for a request's model, so it is compared here and never sent. */
    @ParameterizedTest
    @MethodSource("names")
    void model_isComparedAndNeverSent(String name) throws Exception {
        FakeEngine engine = fixture.engine();
        TokenStream stream = fixture.adapter(engine).submit(task().model(name).build());
        WorkerError error = error(stream);
        assertEquals(ErrorCode.NOT_FOUND, error.code(), error.message());
        assertFalse(error.message().contains("\u2028"), "the message stays in one line");
        assertEquals(List.of(), engine.requests("/completion"));
        for (String path : List.of("/props", "/v1/models")) {
            assertEquals(1, engine.requests(path).size());
            assertFalse(
                    engine.requests(path).get(0).contains("Evil"),
                    engine.requests(path).get(0));
        }
    }

    @Test
    void task_benign_hasNoHeaderOfItsOwn() throws Exception {
        assertEquals(BENIGN_HEAD, head(task().build()));
    }
}
