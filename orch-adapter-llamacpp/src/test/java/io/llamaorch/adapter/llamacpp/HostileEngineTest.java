package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.events;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever an engine sends, the right thing comes of it, in bounded memory, with the connection closed as soon as it is
 * clear; and the next task on the same adapter runs (ERR-04, ERR-06, SEC-03, SEC-05).
 */
@NoLeaks
class HostileEngineTest {

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    static Stream<HostileCase> cases() {
        return Stream.of(
                        HostileCase.heads(),
                        HostileCase.framings(),
                        HostileCase.answers(),
                        HostileCase.events(),
                        HostileCase.oddities())
                .flatMap(List::stream);
    }

    @AfterAll
    static void writeTable() throws IOException {
        HostileBench.writeTable();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void engine_thatIsHostileOrOdd_costsItsOwnStreamAtMost(HostileCase engineCase) throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        HostileBench bench = new HostileBench(engine, adapter);
        engine.on("/completion", engineCase.answer());
        TokenStream stream = adapter.submit(
                TaskRequest.builder(HostileCase.PROMPT).jobId("job-1").build());
        ErrorCode code = engineCase.code();
        String outcome;
        if (code == null) {
            TokenEvent.End end = end(stream);
            assertEquals(StopReason.END_OF_TEXT, end.reason());
            assertEquals(2, end.usage().generated().orElse(-1));
            outcome = "ends well";
        } else {
            WorkerError error = assertError(code, stream);
            assertTrue(error.message().length() < 1000, error.message());
            assertTrue(error.excerpt().length() <= WorkerError.EXCERPT_LIMIT);
            outcome = "`" + code + "`";
        }
        List<TokenEvent> events = events(stream);
        assertTrue(code != null || AdapterFixture.text(events).isEmpty(), events.toString());
        assertTrue(events.size() <= 3, events.toString());
        bench.assertBounded(engineCase.name(), outcome, engineCase.answer(), engineCase.memory());
        bench.assertWell();
    }

    /** However the redirect is told, the token goes to the configured origin only (SEC-03). */
    @ParameterizedTest
    @MethodSource("redirects")
    void redirect_isNeverFollowed_norIsTheTokenSentThere(String head) throws Exception {
        FakeEngine engine = fixture.engine();
        FakeEngine elsewhere = fixture.engine();
        WorkerAdapter adapter =
                fixture.adapter(fixture.config(engine.url()).token(Secret.of("sk-very-secret-0123456789")));
        HostileBench bench = new HostileBench(engine, adapter);
        Flood answer = Flood.of(head.replace("ELSEWHERE", elsewhere.url()));
        engine.on("/completion", answer)
                .on("/props", answer)
                .on("/health", answer)
                .on("/v1/models", answer);
        assertFalse(assertError(ErrorCode.PROTOCOL, adapter.submit(task().build()))
                .toString()
                .contains("very-secret"));
        Patience.get(adapter.health());
        Patience.failure(adapter.properties());
        for (String path : List.of("/completion", "/props", "/health", "/v1/models")) {
            assertEquals(List.of(), elsewhere.requests(path), path);
        }
        bench.assertWell();
    }

    static Stream<String> redirects() {
        return Stream.of(301, 302, 303, 307, 308)
                .flatMap(status -> Stream.of(
                        "HTTP/1.1 " + status + " Moved\r\nLocation: ELSEWHERE/completion\r\nContent-Length: 0\r\n\r\n",
                        "HTTP/1.1 " + status + " Moved\r\nLocation: //evil.example/\r\nRefresh: 0; url=ELSEWHERE\r\n"
                                + "Content-Type: text/html\r\n\r\n<a href=\"ELSEWHERE\">here</a>"));
    }

    /** A piece never holds half a character, however the bytes are cut; halves that the engine itself tells apart are joined. */
    @Test
    void character_inPieces_isWhole() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        engine.on("/completion", line -> {
            line.send(Flood.STREAM + "data: {\"content\":\"");
            for (byte b : "🦙é".getBytes(StandardCharsets.UTF_8)) {
                line.sendBytes(new byte[] {b});
            }
            line.send("\"}\n\ndata: {\"content\":\"\\ud83e\"}\n\ndata: {\"content\":\"\\udd99\"}\n\n" + FakeEngine.END);
        });
        List<TokenEvent> events = events(adapter.submit(task().build()));
        assertEquals("🦙é🦙", AdapterFixture.text(events));
        assertTrue(
                events.stream()
                        .filter(TokenEvent.Token.class::isInstance)
                        .noneMatch(event -> Character.isSurrogate(
                                        ((TokenEvent.Token) event).text().charAt(0))
                                && ((TokenEvent.Token) event).text().length() == 1),
                events.toString());
    }
}
