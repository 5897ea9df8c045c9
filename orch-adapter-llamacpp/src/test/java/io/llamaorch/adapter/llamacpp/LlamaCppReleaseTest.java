package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.error;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.llamacpp.FakeEngine.Line;
import io.llamaorch.adapter.llamacpp.FakeEngine.Script;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.CancelReceipt.Outcome;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a failure leaves at the engine, and that it is known at once: by this a host counts its places (CAN-07, DSP-03). */
@NoLeaks
class LlamaCppReleaseTest {

    private static final String PIECE = "data: {\"content\":\"a\",\"tokens_predicted\":1}\n\n";

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    /** Fails unless the stream fails, and says this at once of the engine's place. */
    private static void assertLeft(Outcome expected, TokenStream stream) throws Exception {
        String failure = error(stream).toString();
        CancelReceipt receipt = stream.released().toCompletableFuture().getNow(CancelReceipt.notRunning());
        assertEquals(expected, receipt.outcome(), failure);
    }

    private void assertLeft(Outcome expected, Script script) throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", script);
        assertLeft(expected, fixture.adapter(engine).submit(task().build()));
    }

    private static String envelope(int code) {
        return "{\"error\":{\"code\":" + code + ",\"message\":\"it is so\",\"type\":\"x_error\"}}";
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 503})
    void refusal_byTheEngine_leavesNothing(int status) throws Exception {
        assertLeft(Outcome.SLOT_FREE, line -> line.json(status, envelope(status)));
    }

    /** The HTTP layer of llama.cpp says no more than this, and a gateway does not pass on what it refuses. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 408, 413, 429})
    void refusal_withoutAWord_leavesNothing(int status) throws Exception {
        assertLeft(Outcome.SLOT_FREE, line -> line.json(status, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "500, ''",
        "500, <html>",
        "500, '{\"error\":\"upstream closed\"}'",
        "501, ''",
        "502, ''",
        "502, '{\"error\":{\"message\":\"it is so\",\"type\":\"x_error\"}}'",
        "503, ''",
        "503, upstream connect error or disconnect/reset before headers",
        "504, ''",
        "504, '{\"error\":{\"code\":504,\"message\":\"it is so\",\"type\":\"x_error\"}}'",
        "520, ''",
        "524, '{\"error\":{\"code\":524,\"message\":\"it is so\",\"type\":\"x_error\"}}'"
    })
    void failure_ofAGateway_mayLeaveTheJobBehind(int status, String body) throws Exception {
        assertLeft(Outcome.UNCONFIRMED, line -> line.json(status, body));
    }

    @Test
    void refusal_cutAfterItsStatus_leavesNothing() throws Exception {
        assertLeft(Outcome.SLOT_FREE, line -> {
            line.send("HTTP/1.1 429 X\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"err");
            line.reset();
        });
    }

    @Test
    void ok_thatHoldsTheEnginesError_leavesNothing() throws Exception {
        assertLeft(Outcome.SLOT_FREE, line -> line.json(200, Transcripts.text("error-exceed-context")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>Log in</html>", "", "{\"error\":\"no backend\"}", "{\"content\":\"a\",\"stop\":true}"})
    void ok_thatIsNeitherStreamNorError_mayLeaveTheJobBehind(String body) throws Exception {
        assertLeft(Outcome.UNCONFIRMED, line -> line.json(200, body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PIECE})
    void error_insideTheStream_leavesNothing(String before) throws Exception {
        assertLeft(Outcome.SLOT_FREE, line -> line.stream(before + "data: " + envelope(500) + "\n\n"));
    }

    @Test
    void error_insideAStreamOf2024_leavesNothing() throws Exception {
        assertLeft(
                Outcome.SLOT_FREE,
                line -> line.stream(
                        PIECE + "error: {\"code\":500,\"message\":\"gone\",\"type\":\"server_error\"}\n\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":\"upstream closed\"}\n\n",
                "data: {\"error\":{\"code\":502,\"message\":\"gone\",\"type\":\"x_error\"}}\n\n",
                "data: {\"error\":{\"code\":504,\"message\":\"gone\",\"type\":\"x_error\"}}\n\n"
            })
    void error_ofAGatewayInsideTheStream_mayLeaveTheJobBehind(String error) throws Exception {
        assertLeft(Outcome.UNCONFIRMED, line -> line.stream(PIECE + error));
    }

    @Test
    void cut_mayLeaveTheJobBehind() throws Exception {
        assertLeft(Outcome.UNCONFIRMED, Line::reset);
        assertLeft(Outcome.UNCONFIRMED, line -> {});
        assertLeft(Outcome.UNCONFIRMED, line -> {
            line.streamHead();
            line.chunk(PIECE);
        });
        assertLeft(Outcome.UNCONFIRMED, line -> line.stream(PIECE));
    }

    @Test
    void nonsense_mayLeaveTheJobBehind() throws Exception {
        assertLeft(Outcome.UNCONFIRMED, line -> line.send("220 mail.example ESMTP\r\n"));
        assertLeft(Outcome.UNCONFIRMED, line -> line.stream(PIECE + "data: <html>\n\n"));
        assertLeft(Outcome.UNCONFIRMED, line -> line.send(FakeEngine.STREAM_HEAD + "no chunk\r\n"));
    }

    @Test
    void connection_refused_leavesNothing() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.config("http://127.0.0.1:" + closedPort()));
        assertLeft(Outcome.SLOT_FREE, adapter.submit(task().build()));
    }

    @Test
    void host_unknown_leavesNothing() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.config("http://no-such-host.invalid:8080"));
        assertLeft(Outcome.SLOT_FREE, adapter.submit(task().build()));
    }

    @Test
    void task_thatIsRefusedHere_leavesNothing() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        assertLeft(Outcome.SLOT_FREE, adapter.submit(task().extra("n", 4).build()));
        assertLeft(
                Outcome.SLOT_FREE, adapter.submit(task().model("no-such-model").build()));
        WorkerAdapter keyless = fixture.adapter(fixture.config(engine.url()).token(Secret.from(() -> {
            throw new IllegalStateException("gone");
        })));
        assertLeft(Outcome.SLOT_FREE, keyless.submit(task().build()));
        assertEquals(List.of(), engine.requests("/completion"));
    }

    /** The question for the model gave nobody a place, however it failed. */
    @Test
    void model_thatCannotBeChecked_leavesNothing() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        TaskRequest task = task().model("bigram").build();
        for (Script script : List.<Script>of(
                Line::reset,
                line -> line.json(502, ""),
                line -> line.json(200, "<html>"),
                line -> line.json(401, ""))) {
            engine.on("/props", script);
            assertLeft(Outcome.SLOT_FREE, adapter.submit(task));
        }
        assertEquals(List.of(), engine.requests("/completion"));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
