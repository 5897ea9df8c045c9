package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The capability interfaces over a socket (CAP, HLT-07). */
@NoLeaks
class LlamaCppCapabilitiesTest {

    private static final Prompt.Chat CHAT = chat(new ChatMessage.Content.Text("hi"));

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private static Prompt.Chat chat(ChatMessage.Content content) {
        return new Prompt.Chat(List.of(new ChatMessage(Role.USER, List.of(content))), List.of());
    }

    /** One question to the engine, told by its path. */
    record Question(String path, Function<WorkerAdapter, CompletionStage<?>> ask) {
        @Override
        public String toString() {
            return path;
        }
    }

    static Stream<Question> questions() {
        return Stream.of(
                new Question("/tokenize", adapter -> tokenization(adapter).tokenize("hello")),
                new Question("/detokenize", adapter -> tokenization(adapter).detokenize(List.of(1))),
                new Question(
                        "/apply-template",
                        adapter -> of(adapter, ChatTemplates.class).render(CHAT)),
                new Question("/embedding", adapter -> embeddings(adapter).embed(List.of("hello"))),
                new Question(
                        "/metrics", adapter -> of(adapter, EngineMetrics.class).read()));
    }

    private static <T> T of(WorkerAdapter adapter, Class<T> type) {
        return adapter.capability(type).orElseThrow();
    }

    private static Tokenization tokenization(WorkerAdapter adapter) {
        return of(adapter, Tokenization.class);
    }

    private static Embeddings embeddings(WorkerAdapter adapter) {
        return of(adapter, Embeddings.class);
    }

    private static WorkerError error(CompletionStage<?> stage) throws InterruptedException {
        return assertInstanceOf(WorkerException.class, Patience.failure(stage)).error();
    }

    private static void assertRefused(ErrorCode code, String message, WorkerError error) {
        assertEquals(code, error.code(), error.message());
        assertTrue(error.message().contains(message), error.message());
        assertEquals("llamacpp", error.engine());
        assertEquals("r0", error.replica());
    }

    private static String body(FakeEngine engine, String path) {
        String request = engine.requests(path).get(0);
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    private WorkerAdapter adapterOf(String path, int status, String answer) throws IOException {
        return fixture.adapter(fixture.engine().on(path, line -> line.json(status, answer)));
    }

    @Test
    void text_isSplitWithoutOrWithSpecialTokens() throws Exception {
        FakeEngine engine = fixture.engine().on("/tokenize", line -> line.json(200, "{\"tokens\":[7,8]}"));
        assertEquals(
                List.of(7, 8),
                Patience.get(tokenization(fixture.adapter(engine)).tokenize("é \"")));
        assertEquals("{\"content\":\"é \\\"\",\"add_special\":false}", body(engine, "/tokenize"));
        FakeEngine another = fixture.engine().on("/tokenize", line -> line.json(200, "{\"tokens\":[1,7]}"));
        assertEquals(
                List.of(1, 7),
                Patience.get(tokenization(fixture.adapter(another)).tokenizePrompt("a")));
        assertEquals("{\"content\":\"a\",\"add_special\":true}", body(another, "/tokenize"));
    }

    @Test
    void tokens_areJoined() throws Exception {
        FakeEngine engine = fixture.engine().on("/detokenize", line -> line.json(200, Transcripts.text("detokenize")));
        assertEquals(
                " Once upon a small llama",
                Patience.get(tokenization(fixture.adapter(engine)).detokenize(List.of(259, 260))));
        assertEquals("{\"tokens\":[259,260]}", body(engine, "/detokenize"));
    }

    @Test
    void tokens_outsideTheVocabulary_areTheCallersFault() throws Exception {
        WorkerAdapter adapter = adapterOf(
                "/detokenize", 500, "{\"error\":{\"code\":500,\"message\":\"invalid id\",\"type\":\"server_error\"}}");
        WorkerError error = error(tokenization(adapter).detokenize(List.of(999_999)));
        assertRefused(ErrorCode.INVALID_PARAMS, "vocabulary", error);
        assertEquals("invalid id", error.excerpt());
    }

    @Test
    void tokens_thatCannotBe_areRefusedUnsent() throws Exception {
        FakeEngine engine = fixture.engine();
        Tokenization tokenization = tokenization(fixture.adapter(engine));
        assertThrows(IllegalArgumentException.class, () -> tokenization.detokenize(List.of(1, -1)));
        WorkerError error = error(tokenization.detokenize(Collections.nCopies((1 << 20) + 1, 1)));
        assertRefused(ErrorCode.INVALID_PARAMS, "at most 1048576", error);
        assertEquals(List.of(), engine.requests("/detokenize"));
    }

    @Test
    void text_tooLongToSend_isRefusedUnsent() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        String text = "é".repeat((2 << 20) + 1);
        assertRefused(
                ErrorCode.INVALID_PARAMS,
                "4194306 bytes",
                error(tokenization(adapter).tokenize(text)));
        assertRefused(
                ErrorCode.INVALID_PARAMS,
                "4194306 bytes",
                error(embeddings(adapter).embed(List.of("a", text))));
        assertEquals(List.of(), engine.requests("/tokenize"));
        assertEquals(List.of(), engine.requests("/embedding"));
    }

    @Test
    void conversation_isRendered() throws Exception {
        FakeEngine engine =
                fixture.engine().on("/apply-template", line -> line.json(200, Transcripts.text("apply-template")));
        assertEquals(
                "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
                Patience.get(of(fixture.adapter(engine), ChatTemplates.class).render(CHAT)));
        assertEquals("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", body(engine, "/apply-template"));
    }

    @Test
    void conversation_withMediaOrNonsense_isRefusedUnsent() throws Exception {
        FakeEngine engine = fixture.engine();
        ChatTemplates templates = of(fixture.adapter(engine), ChatTemplates.class);
        assertRefused(
                ErrorCode.UNSUPPORTED,
                "media",
                error(templates.render(chat(new ChatMessage.Content.Media("image/png", "AAAA")))));
        assertRefused(
                ErrorCode.INVALID_PARAMS,
                "ASSISTANT",
                error(templates.render(chat(new ChatMessage.Content.ToolUse("c", "f", "{}")))));
        assertEquals(List.of(), engine.requests("/apply-template"));
    }

    @Test
    void embeddings_ofNothing_areMisuse() throws Exception {
        Embeddings embeddings = embeddings(fixture.adapter(fixture.engine()));
        assertThrows(IllegalArgumentException.class, () -> embeddings.embed(List.of()));
    }

    @Test
    void embeddings_ofManyTexts_areAskedForInParts() throws Exception {
        FakeEngine engine = fixture.engine();
        engine.on("/embedding", line -> {
            List<String> requests = engine.requests("/embedding");
            String request = requests.get(requests.size() - 1);
            line.json(
                    200,
                    Pattern.compile("\"t(\\d+)\"")
                            .matcher(request)
                            .results()
                            .map((MatchResult text) -> "{\"embedding\":[[1," + text.group(1) + "]]}")
                            .collect(Collectors.joining(",", "[", "]")));
        });
        List<String> texts = IntStream.range(0, 70).mapToObj(text -> "t" + text).toList();
        List<float[]> vectors = Patience.get(embeddings(fixture.adapter(engine)).embed(texts));
        assertEquals(3, engine.requests("/embedding").size());
        assertEquals(70, vectors.size());
        for (int i = 0; i < 70; i++) {
            assertArrayEquals(new float[] {1, i}, vectors.get(i));
        }
    }

    @Test
    void embeddings_ofLongTexts_areAskedForInSmallerParts() throws Exception {
        FakeEngine engine = fixture.engine().on("/embedding", line -> line.json(200, "{\"embedding\":[1,0]}"));
        String text = "x".repeat(3 << 20);
        assertEquals(
                2,
                Patience.get(embeddings(fixture.adapter(engine)).embed(List.of(text, text)))
                        .size());
        assertEquals(2, engine.requests("/embedding").size());
    }

    @Test
    void embeddings_whosePartFails_failAsAWhole() throws Exception {
        FakeEngine engine = fixture.engine();
        engine.on("/embedding", line -> {
            if (engine.requests("/embedding").size() == 1) {
                line.json(200, "[" + "{\"embedding\":[[1]]},".repeat(31) + "{\"embedding\":[[1]]}]");
            } else {
                line.json(503, Transcripts.text("health-loading"));
            }
        });
        assertRefused(
                ErrorCode.POOL_UNREADY,
                "503",
                error(embeddings(fixture.adapter(engine)).embed(Collections.nCopies(33, "a"))));
    }

    @Test
    void embeddings_withAVectorForEachToken_nameThePooling() throws Exception {
        WorkerAdapter adapter = adapterOf("/embedding", 200, "[{\"index\":0,\"embedding\":[[1,2],[3,4]]}]");
        assertRefused(
                ErrorCode.UNSUPPORTED,
                "--pooling mean",
                error(embeddings(adapter).embed(List.of("a b"))));
    }

    @Test
    void embeddings_withAVectorForEachTokenOfALongText_nameThePoolingToo() throws Exception {
        String vector = "[" + "0.12345678901234567,".repeat(1_000) + "1]";
        WorkerAdapter adapter =
                adapterOf("/embedding", 200, "[{\"embedding\":[" + (vector + ",").repeat(40) + vector + "]}]");
        assertRefused(
                ErrorCode.PROTOCOL, "--pooling mean", error(embeddings(adapter).embed(List.of("a b"))));
    }

    @Test
    void embeddings_ofZerosOnly_nameTheFlag() throws Exception {
        WorkerAdapter adapter = adapterOf("/embedding", 200, "{\"embedding\":[0.0,0.0]}");
        assertRefused(
                ErrorCode.UNSUPPORTED, "--embeddings", error(embeddings(adapter).embed(List.of("a"))));
    }

    @Test
    void embeddings_ofATextThatIsTooLong_nameTheBatch() throws Exception {
        WorkerAdapter adapter = adapterOf(
                "/embedding",
                500,
                "{\"error\":{\"code\":500,\"message\":\"input (600 tokens) is too large to process. increase the physical"
                        + " batch size (current batch size: 512)\",\"type\":\"server_error\"}}");
        assertRefused(
                ErrorCode.CONTEXT_EXCEEDED,
                "--ubatch-size",
                error(embeddings(adapter).embed(List.of("a"))));
    }

    @Test
    void metrics_areReadOnlyWhenAsked() throws Exception {
        FakeEngine engine = fixture.engine().on("/metrics", line -> line.json(200, Transcripts.text("metrics")));
        EngineMetrics metrics = of(fixture.adapter(engine), EngineMetrics.class);
        assertEquals(List.of(), engine.requests("/metrics"));
        assertEquals(15, Patience.get(metrics.read()).readings().size());
        assertEquals(1, engine.requests("/metrics").size());
    }

    @ParameterizedTest
    @MethodSource("questions")
    void engine_notStartedForIt_isUnsupported(Question question) throws Exception {
        WorkerAdapter adapter = adapterOf(
                question.path(), 501, "{\"error\":{\"code\":501,\"message\":\"no\",\"type\":\"not_supported_error\"}}");
        String flag = switch (question.path()) {
            case "/embedding" -> "--embeddings";
            case "/metrics" -> "--metrics";
            default -> "(501): no";
        };
        assertRefused(ErrorCode.UNSUPPORTED, flag, error(question.ask().apply(adapter)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void engine_withoutThePath_isUnsupported(Question question) throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.engine());
        assertRefused(
                ErrorCode.UNSUPPORTED,
                question.path() + " (404)",
                error(question.ask().apply(adapter)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void answer_ofAnotherServer_isProtocol(Question question) throws Exception {
        WorkerAdapter adapter = adapterOf(question.path(), 200, "<html>");
        assertRefused(
                ErrorCode.PROTOCOL,
                "is this the URL of a llama.cpp server?",
                error(question.ask().apply(adapter)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void answer_withoutEnd_isProtocol(Question question) throws Exception {
        WorkerAdapter adapter = fixture.adapter(
                fixture.engine().on(question.path(), new Flood("HTTP/1.1 200 OK\r\n\r\n[", " ", Flood.GIGABYTE, "")));
        assertRefused(ErrorCode.PROTOCOL, "more than", error(question.ask().apply(adapter)));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void credential_isSentAndNeverTold(Question question) throws Exception {
        FakeEngine engine = fixture.engine()
                .on(question.path(), line -> line.json(401, Transcripts.text("error-unauthorized") + "secret-token"));
        WorkerAdapter adapter = fixture.adapter(fixture.config(engine.url()).token(Secret.of("secret-token")));
        WorkerError error = error(question.ask().apply(adapter));
        assertEquals(ErrorCode.UNAUTHORIZED, error.code());
        assertTrue(!error.toString().contains("secret-token"), error.toString());
        assertTrue(engine.requests(question.path()).get(0).contains("Authorization: Bearer secret-token"));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void engine_thatSaysNothing_endsAtItsOwnLimit(Question question) throws Exception {
        FakeEngine engine = fixture.engine().on(question.path(), FakeEngine.Line::awaitClose);
        CompletionStage<?> stage = question.ask()
                .apply(fixture.adapter(fixture.config(engine.url()).option("request-timeout", "70ms")));
        fixture.time().awaitTimer(Duration.ofMillis(70));
        Patience.await(
                "the engine is asked", () -> engine.requests(question.path()).size() == 1);
        fixture.time().advance(Duration.ofMillis(70));
        assertRefused(ErrorCode.DECODE_TIMEOUT, "(request-timeout)", error(stage));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void adapter_closed_refusesAsTheOtherStagesDo(Question question) throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.engine());
        adapter.close();
        assertInstanceOf(
                IllegalStateException.class, Patience.failure(question.ask().apply(adapter)));
    }
}
