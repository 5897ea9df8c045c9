package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.events;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are no stream, servers that are none, and where the token goes (ERR-03, ERR-04, SEC-01, SEC-03). */
@NoLeaks
class LlamaCppAnswerTest {

    private static final String TOKEN = "sk-very-secret-0123456789";

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private final Queue<RecordedRequest> requests = new ConcurrentLinkedQueue<>();
    private volatile MockResponse completion = new MockResponse.Builder().build();
    private volatile MockResponse props = answer(200, "application/json", Transcripts.text("props"));
    private MockWebServer server;

    @BeforeEach
    void start() throws Exception {
        server = fixture.closing(new MockWebServer());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                requests.add(request);
                return switch (request.getUrl().encodedPath()) {
                    case "/completion" -> completion;
                    case "/health" -> answer(200, "application/json", Transcripts.text("health-ok"));
                    default -> props;
                };
            }
        });
        server.start();
    }

    private static MockResponse answer(int status, String type, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", type)
                .body(body)
                .build();
    }

    private WorkerAdapter adapter() {
        return fixture.adapter(fixture.config(url()).token(Secret.of(TOKEN)));
    }

    private String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    private WorkerError failure(ErrorCode code) throws Exception {
        WorkerError error = assertError(code, adapter().submit(task().build()));
        assertEquals(0, error.tokensDelivered());
        assertFalse((error + error.excerpt()).contains(TOKEN), error.message());
        return error;
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_PARAMS, INVALID_PARAMS", "401, UNAUTHORIZED, UNAUTHORIZED", "403, UNAUTHORIZED, UNAUTHORIZED",
        "404, NOT_FOUND, NOT_FOUND", "429, ADMISSION_REJECT, ADMISSION_REJECT", "500, INTERNAL, POOL_UNAVAILABLE",
        "501, UNSUPPORTED, UNSUPPORTED", "502, POOL_UNAVAILABLE, POOL_UNAVAILABLE", "503, POOL_UNREADY, POOL_UNREADY"
    })
    void status_isTheError_withTheEnginesWordsAndWithout(int status, ErrorCode own, ErrorCode other) throws Exception {
        completion = answer(
                status,
                "application/json; charset=utf-8",
                "{\"error\":{\"code\":" + status + ",\"message\":\"it is so\",\"type\":\"x_error\"}}");
        assertEquals("it is so", failure(own).excerpt());
        completion = answer(status, "text/html", "<html>");
        assertEquals("<html>", failure(other).excerpt());
        completion = new MockResponse.Builder().code(status).build();
        assertEquals("", failure(other).excerpt());
    }

    @Test
    void contextExceeded_hasBothLengths() throws Exception {
        completion = answer(400, "application/json", Transcripts.text("error-exceed-context"));
        String message = failure(ErrorCode.CONTEXT_EXCEEDED).message();
        assertTrue(message.contains("3004") && message.contains("2048"), message);
    }

    @Test
    void retryAfter_isPassedOn() throws Exception {
        completion = new MockResponse.Builder()
                .code(429)
                .setHeader("Retry-After", "7")
                .build();
        WorkerError error = failure(ErrorCode.ADMISSION_REJECT);
        assertEquals(Optional.of(Duration.ofSeconds(7)), error.retryAfter());
        assertTrue(error.retriable());
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirect_isNeverFollowed(int status) throws Exception {
        MockWebServer elsewhere = fixture.closing(new MockWebServer());
        elsewhere.start();
        completion = new MockResponse.Builder()
                .code(status)
                .setHeader("Location", "http://127.0.0.1:" + elsewhere.getPort() + "/completion")
                .build();
        failure(ErrorCode.PROTOCOL);
        assertEquals(0, elsewhere.getRequestCount());
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, <html>Log in</html>",
        "application/json, '{\"content\":\"a\",\"stop\":true}'",
        "application/json, ''",
        "text/event-stream-ish, 'data: {}\n\n'",
        "text/plain, 'data: {\"content\":\"a\",\"stop\":true}\n\n'"
    })
    void okThatIsNoStream_isProtocol(String type, String body) throws Exception {
        completion = answer(200, type, body);
        WorkerError error = failure(ErrorCode.PROTOCOL);
        assertTrue(error.message().contains(type), error.message());
        assertEquals(body.strip().replace('\n', ' '), error.excerpt());
    }

    @Test
    void okWithoutTypeOrBody_isProtocol() throws Exception {
        completion = new MockResponse.Builder().code(200).build();
        assertTrue(failure(ErrorCode.PROTOCOL).message().contains("an empty body (no content type)"));
        completion = new MockResponse.Builder().code(204).build();
        failure(ErrorCode.PROTOCOL);
    }

    @Test
    void okThatHoldsAnError_isThatError() throws Exception {
        completion = answer(200, "application/json", Transcripts.text("error-exceed-context"));
        failure(ErrorCode.CONTEXT_EXCEEDED);
    }

    @Test
    void contentType_withParametersAndInAnyCase_isAStream() throws Exception {
        completion = answer(200, "Text/Event-Stream; charset=UTF-8", FakeEngine.END);
        List<TokenEvent> events = events(adapter().submit(task().build()));
        assertTrue(events.get(1) instanceof TokenEvent.End, events.toString());
    }

    @Test
    void streamWithAContentLength_isAStreamToo() throws Exception {
        completion = answer(200, "text/event-stream", "data: {\"content\":\"a\"}\n\n" + FakeEngine.END);
        assertEquals("a", AdapterFixture.text(events(adapter().submit(task().build()))));
    }

    @Test
    void errorBody_large_isReadNoFurtherThanItsLimit() throws Exception {
        completion = answer(400, "text/html", "x".repeat(5_000_000));
        assertEquals(
                WorkerError.EXCERPT_LIMIT,
                failure(ErrorCode.INVALID_PARAMS).excerpt().length());
    }

    /** It told its status, whatever hides the rest: told otherwise, a busy engine behind a gateway would not be tried again. */
    @ParameterizedTest
    @CsvSource({"401, UNAUTHORIZED", "503, POOL_UNREADY", "500, POOL_UNAVAILABLE", "200, PROTOCOL"})
    void answer_compressed_isWhatTheStatusSays(int status, ErrorCode code) throws Exception {
        completion = new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .setHeader("Content-Encoding", "gzip")
                .body("\u001f\u008b\b")
                .build();
        assertEquals("", failure(code).excerpt());
    }

    @Test
    void connection_refused_isUnavailable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        WorkerAdapter adapter = fixture.adapter(fixture.config("http://127.0.0.1:" + port));
        WorkerError error = assertError(ErrorCode.POOL_UNAVAILABLE, adapter.submit(task().build()));
        assertTrue(error.message().contains("127.0.0.1:" + port), error.message());
        assertTrue(error.retriable());
        assertError(ErrorCode.POOL_UNAVAILABLE, adapter.submit(task().model("m").build()));
    }

    @Test
    void host_unknown_isUnavailable() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.config("http://no-such-host.invalid:8080"));
        WorkerError error = assertError(ErrorCode.POOL_UNAVAILABLE, adapter.submit(task().build()));
        assertTrue(error.message().contains("no-such-host.invalid:8080"), error.message());
    }

    @Test
    void token_isInTheAuthorizationHeaderAndNowhereElse() throws Exception {
        completion = answer(200, "text/event-stream", FakeEngine.END);
        WorkerAdapter adapter = adapter();
        events(adapter.submit(task().model("bigram").build()));
        Patience.get(adapter.properties());
        Patience.get(adapter.health());
        assertEquals(6, requests.size(), "props, completion, props, models, health, props");
        for (RecordedRequest request : requests) {
            List<String> headers = new ArrayList<>();
            for (String name : request.getHeaders().names()) {
                if (!name.equals("Authorization")) {
                    headers.add(name + request.getHeaders().values(name));
                }
            }
            assertEquals("Bearer " + TOKEN, request.getHeaders().get("Authorization"));
            String rest = headers + request.getRequestLine() + request.getUrl();
            assertFalse(rest.contains(TOKEN), rest);
            assertFalse(request.getBody() != null && request.getBody().utf8().contains(TOKEN));
        }
        assertFalse(adapter.toString().contains(TOKEN));
    }

    @Test
    void token_none_sendsNoHeader() throws Exception {
        completion = answer(200, "text/event-stream", FakeEngine.END);
        events(fixture.adapter(fixture.config(url())).submit(task().build()));
        for (RecordedRequest request : requests) {
            assertNull(request.getHeaders().get("Authorization"));
        }
    }

    @Test
    void token_repeatedByTheEngine_isNotTold() throws Exception {
        for (int status : new int[] {200, 302, 400, 401, 500, 503}) {
            completion = answer(status, "text/plain", "Authorization: Bearer " + TOKEN);
            WorkerError error = failure(
                    switch (status) {
                        case 200, 302 -> ErrorCode.PROTOCOL;
                        case 400 -> ErrorCode.INVALID_PARAMS;
                        case 401 -> ErrorCode.UNAUTHORIZED;
                        case 500 -> ErrorCode.POOL_UNAVAILABLE;
                        default -> ErrorCode.POOL_UNREADY;
                    });
            assertTrue(error.excerpt().contains("secret#"), error.excerpt());
        }
        completion = answer(200, "text/event-stream", "data: " + TOKEN.replace('-', '_') + "\n\n");
        assertError(ErrorCode.PROTOCOL, adapter().submit(task().build()));
        props = answer(401, "text/plain", TOKEN);
        WorkerAdapter adapter = adapter();
        String reason = Patience.get(adapter.health()).reason();
        assertFalse(reason.contains(TOKEN), reason);
        String thrown = Patience.failure(adapter.properties()).toString();
        assertFalse(thrown.contains(TOKEN), thrown);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void token_whoseSourceFails_isUnauthorizedAndNothingIsSent(boolean withModel) throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.config(url()).token(Secret.from(() -> {
            throw new IllegalStateException("no such file");
        })));
        WorkerError error = assertError(
                ErrorCode.UNAUTHORIZED,
                adapter.submit(task().model(withModel ? "bigram" : "").build()));
        assertTrue(error.message().contains("no such file"), error.message());
        assertEquals(0, requests.size());
        assertEquals(
                Optional.of(ErrorCode.UNAUTHORIZED),
                Patience.get(adapter.health()).code());
        assertTrue(Patience.failure(adapter.properties()).getMessage().contains("UNAUTHORIZED"));
    }

    @Test
    void token_thatCannotStandInAHeader_isUnauthorized() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.config(url()).token(Secret.of("schlüssel-é")));
        WorkerError error = assertError(ErrorCode.UNAUTHORIZED, adapter.submit(task().build()));
        assertFalse(error.message().contains("schlüssel"), error.message());
        assertEquals(0, requests.size());
    }

    @Test
    void token_thatIsReplaced_isReadAnew() throws Exception {
        completion = answer(200, "text/event-stream", FakeEngine.END);
        Queue<String> tokens = new ConcurrentLinkedQueue<>(List.of("one", "one-for-props", "two"));
        WorkerAdapter adapter = fixture.adapter(fixture.config(url()).token(Secret.from(tokens::remove)));
        events(adapter.submit(task().build()));
        events(adapter.submit(task().build()));
        assertEquals(
                List.of("Bearer one", "Bearer two"),
                requests.stream()
                        .filter(request -> request.getUrl().encodedPath().equals("/completion"))
                        .map(request -> request.getHeaders().get("Authorization"))
                        .toList());
    }
}
