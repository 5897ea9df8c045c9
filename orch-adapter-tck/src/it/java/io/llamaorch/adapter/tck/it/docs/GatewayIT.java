package io.llamaorch.adapter.tck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.ConnectionFault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.it.docs.GatewayRequest.Answer;
import io.llamaorch.adapter.tck.it.docs.GatewayRequest.Event;
import io.llamaorch.adapter.tck.it.llama.BigramModel;
import io.llamaorch.adapter.tck.it.llama.LlamaServer;
import io.llamaorch.adapter.tck.it.llama.RealEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The example of {@code docs/gateway.md} as it stands there, in front of the scripted engine. Both are started once and
 * the engine's threads come and go, so it is after the last test that nothing may be left.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("once") // the same on every JVM
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GatewayIT {

    private static final String PROMPT = "Once upon a time";
    private static final String AWKWARD = "story \"teller\" \\ 1\n\u00fc\u2028";
    private static final int MOST_WAITING = 64;
    private static final double PACE = 100; // tokens of text or prompt in a second

    private static Leaks before;
    private static ScriptedEngine engine;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws Exception {
        before = Leaks.snapshot();
        engine = ScriptedEngine.builder()
                .slots(32) // those that are cut keep their places for a while
                .modelAlias(AWKWARD)
                .pace(PACE)
                .promptPace(PACE)
                .start();
        gateway = GatewayProcess.start(engine.url());
    }

    @AfterAll
    static void end() {
        if (gateway != null) {
            gateway.close();
        }
        engine.close();
        assertEquals(List.of(), before.found(Patience.scaled(Duration.ofSeconds(5))));
    }

    @Test
    void answer_whenWhole_isOneEventForEachOfTheTask() throws Exception {
        Answer answer = ask("max_tokens=3&temperature=0");

        assertEquals(200, answer.status());
        assertEquals("text/event-stream", answer.headers().get("content-type"));
        assertEquals(
                List.of("started", "token", "token", "token", "end"),
                answer.events().stream().map(Event::name).toList());
    }

    @Test
    void text_whenItsPiecesAreJoined_isTheEngines() throws Exception {
        Answer answer = GatewayRequest.ask(gateway.url(), "seed=7", "tell me of emoji");

        StringBuilder text = new StringBuilder();
        answer.events().forEach(event -> text.append(event.data().getOrDefault("text", "")));
        assertEquals(engine.textSent(), text.toString());
    }

    @Test
    void text_whenItCouldBreakOut_isEscaped() throws Exception {
        Answer answer = ask("max_tokens=1");

        assertEquals(AWKWARD, answer.events().get(0).data().get("model"));
    }

    @Test
    void page_whenItsRequestsAreSent_showsTheAnswers() throws Exception {
        assertShown(ask("max_tokens=3&temperature=0"));
        assertShown(ask("max_tokens=many"));
    }

    @ParameterizedTest
    @CsvSource({
        "max_tokens=0, X-Session: s, max_tokens",
        "max_tokens=many, X-Session: s, whole number",
        "seed=-1, X-Session: s, seed",
        "temperature=NaN, X-Session: s, temperature",
        "n=2, X-Session: s, unknown",
        "seed=1, X-Session:, X-Session",
        "seed=1, X-Priority: now, interactive or batch",
        "seed=1, X-Deadline-Ms: 0, X-Deadline-Ms",
        "seed=1, X-Deadline-Ms: soon, whole number"
    })
    void request_whenAValueIsWrong_isA400ThatSaysWhatToDo(String query, String header, String said) throws Exception {
        int tasks = engine.tasks();

        Answer answer = GatewayRequest.ask(gateway.url(), query, PROMPT, header);

        assertEquals(400, answer.status());
        assertEquals("INVALID_PARAMS", answer.members().get("code"));
        assertTrue(answer.members().get("message").contains(said), answer.body());
        assertEquals(tasks, engine.tasks(), "the engine is not asked");
    }

    @Test
    void client_whenItLeavesWhileTokensFlow_isCancelledAtTheEngine() throws Exception {
        int left = engine.clientsLeft();
        try (GatewayRequest request = GatewayRequest.send(gateway.url(), "", PROMPT)) {
            request.read("event: token");
        }
        assertTrue(engine.await(e -> e.clientsLeft() == left + 1, Patience.mustHappen()), "the engine saw it leave");
    }

    @Test
    void client_whenItLeavesBeforeTheAnswerBegan_isCancelledAtTheEngine() throws Exception {
        int left = engine.clientsLeft();
        int tasks = engine.tasks();
        engine.enqueueFault(new HeadFault.HangBeforeHead());
        GatewayRequest request = GatewayRequest.send(gateway.url(), "", PROMPT);
        boolean taken = engine.await(e -> e.tasks() == tasks + 1, Patience.mustHappen());
        request.close();
        assertTrue(taken, "the engine took the task");
        assertTrue(engine.await(e -> e.clientsLeft() == left + 1, Patience.mustHappen()), "the engine saw it leave");
    }

    @Test
    void client_whenItLeavesWhileItsPromptIsEvaluated_isCancelledAtTheEngine() throws Exception {
        int left = engine.clientsLeft();
        try (GatewayRequest request = GatewayRequest.send(gateway.url(), "", "a ".repeat(3000))) {
            request.read(":\n\n");
        }
        assertTrue(engine.await(e -> e.clientsLeft() == left + 1, Patience.mustHappen()), "the engine saw it leave");
    }

    @ParameterizedTest
    @CsvSource({"400, 400", "401, 502", "404, 404", "501, 502"})
    void refusal_whenTheEngineGivesIt_hasAStatusOfTheGateways(int ofTheEngine, int ofTheGateway) throws Exception {
        engine.enqueueFault(new HeadFault.Status(ofTheEngine, "{}", "application/json"));

        assertEquals(ofTheGateway, ask("").status());
    }

    @Test
    void refusal_whenThereIsNoRoom_saysWhenToComeBack() throws Exception {
        for (int attempt = 0; attempt < 3; attempt++) {
            engine.enqueueFault(new HeadFault.Status(429, "", "text/plain"));
        }

        Answer answer = ask("");

        assertEquals(429, answer.status());
        assertEquals("1", answer.headers().get("retry-after"));
        assertEquals("ADMISSION_REJECT", answer.members().get("code"));
    }

    @Test
    void refusal_whenTooManyWait_isA429OfTheHostsOwn() throws Exception {
        List<GatewayRequest> before = new ArrayList<>();
        try (ScriptedEngine busy = ScriptedEngine.builder().slots(1).start();
                GatewayProcess full = GatewayProcess.start(busy.url())) {
            busy.always(new HeadFault.HangBeforeHead());
            before.add(GatewayRequest.send(full.url(), "", PROMPT));
            assertTrue(busy.await(e -> e.tasks() == 1, Patience.mustHappen()), "the only slot is in use");
            for (int waiting = 0; waiting < MOST_WAITING; waiting++) {
                GatewayRequest request = GatewayRequest.send(full.url(), "", PROMPT);
                before.add(request);
                request.read("event: queued\ndata: {\"position\":" + waiting + "}");
            }

            Answer answer = GatewayRequest.ask(full.url(), "", PROMPT);

            assertEquals(429, answer.status());
            assertEquals("1", answer.headers().get("retry-after"));
            assertShown(answer);
            assertEquals(1, busy.tasks(), "the engine never heard of the others");
        } finally {
            for (GatewayRequest request : before) {
                request.close();
            }
        }
    }

    @Test
    void refusal_whenTheTimeIsOver_isA504() throws Exception {
        engine.enqueueFault(new HeadFault.HangBeforeHead());

        Answer answer = ask("", "X-Deadline-Ms: 200");

        assertEquals(504, answer.status());
        assertEquals("DEADLINE_UNMET", answer.members().get("code"));
    }

    @Test
    @Order(Integer.MAX_VALUE) // a host may remember it for a while
    void refusal_whenTheEngineIsDown_isA503() throws Exception {
        engine.always(new ConnectionFault.Refuse());

        Answer answer = ask("");

        assertEquals(503, answer.status());
        assertTrue(
                answer.headers().get("content-type").equals("application/json"),
                answer.headers().toString());
    }

    @Test
    @RealEngine
    void client_whenItLeavesARealEngine_freesItsOnlySlot() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.slowPrompt()).parallel(1).start();
                GatewayProcess real = GatewayProcess.start(server.url())) {
            try (GatewayRequest request = GatewayRequest.send(real.url(), "", PROMPT)) { // for a minute or more
                request.read("event: token");
            }
            Answer next = GatewayRequest.ask(real.url(), "max_tokens=1", PROMPT);

            assertEquals("end", next.events().get(next.events().size() - 1).name(), next::body);
        }
    }

    private static Answer ask(String query, String... headers) throws Exception {
        return GatewayRequest.ask(gateway.url(), query, PROMPT, headers);
    }

    /** The page shows this body, but for the names of the job, the model and the engine. */
    private static void assertShown(Answer answer) throws Exception {
        String body = nameless(answer.body().replaceAll("(?m)^(?=.)", "    "));
        String page = nameless(Files.readString(Path.of("..", "docs", "gateway.md")));
        assertTrue(page.contains(body), () -> "the page lacks\n" + body);
    }

    private static String nameless(String text) {
        return text.replaceAll("job-[0-9a-f-]{36}", "job-1")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "engine")
                .replaceAll("\"model\":\"(\\\\.|[^\"\\\\])*\"", "model");
    }
}
