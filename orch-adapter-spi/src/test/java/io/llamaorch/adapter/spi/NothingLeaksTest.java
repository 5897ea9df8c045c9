package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NoLeaks
@DisplayName("What toString keeps to itself, and what a configuration is by default (SEC-01, CFG-01)")
class NothingLeaksTest {

    private static final String HIDDEN = "h1dden";

    static Stream<Object> printed() {
        Secret secret = Secret.of(HIDDEN);
        ChatMessage message = ChatMessage.of(ChatMessage.Role.USER, HIDDEN);
        Prompt.ToolSpec tool = new Prompt.ToolSpec("look", HIDDEN, "{\"" + HIDDEN + "\":1}");
        TokenDetails.Alternative alternative = new TokenDetails.Alternative(1, HIDDEN, -1);
        return Stream.of(
                secret,
                new Prompt.Text(HIDDEN),
                message,
                new Prompt.Chat(List.of(message), List.of(tool)),
                tool,
                new ChatMessage.Content.Text(HIDDEN),
                new ChatMessage.Content.Media("image/png", HIDDEN),
                new ChatMessage.Content.ToolUse("c", "look", HIDDEN),
                new ChatMessage.Content.ToolResult("c", HIDDEN),
                TaskRequest.builder(HIDDEN)
                        .jobId("j")
                        .extra("x", HIDDEN)
                        .stop(HIDDEN)
                        .build(),
                new TokenEvent.Token(0, HIDDEN, Channel.TEXT, TokenDetails.NONE),
                new TokenEvent.ToolCall(0, "c", "look", HIDDEN),
                new TokenEvent.Extension("x", HIDDEN),
                new TokenEvent.End(
                        StopReason.STOP_STRING,
                        Usage.UNKNOWN,
                        Timings.UNKNOWN,
                        EndDetails.builder().stopString(HIDDEN).build()),
                new TokenEvent.Error(WorkerError.builder(ErrorCode.PROTOCOL, "x")
                        .excerpt(HIDDEN)
                        .build()),
                alternative,
                TokenDetails.of(List.of(1), -1, List.of(alternative)),
                AdapterConfig.builder()
                        .token(secret)
                        .option("pass-phrase", HIDDEN)
                        .url("http://user:" + HIDDEN + "@host:8080/v1?key=" + HIDDEN + "#" + HIDDEN)
                        .build(),
                AdapterConfig.builder().url("//" + HIDDEN + "@host").build(),
                AdapterConfig.builder().url("http://a@" + HIDDEN + "@host").build(),
                AdapterConfig.builder().url("user:" + HIDDEN + "@host").build(),
                AdapterConfig.builder()
                        .url("http://user:pa/" + HIDDEN + "@host")
                        .build(),
                AdapterConfig.builder().url("http://user:" + HIDDEN + "?@host").build(),
                OptionValues.read(
                        List.of(OptionSpec.text("pass-phrase").secret().build()), Map.of("pass-phrase", HIDDEN)));
    }

    @ParameterizedTest
    @MethodSource("printed")
    @DisplayName("SEC-01: no prompt, no generated text and no secret")
    void text_whenPrinted_hidesWhatIsPrivate(Object thing) {
        assertFalse(thing.toString().contains(HIDDEN), () -> thing.getClass() + ": " + thing);
    }

    @Test
    @DisplayName("SEC-01: what remains of a URL is enough to know the engine")
    void config_whenPrinted_namesTheEngine() {
        AdapterConfig config = AdapterConfig.builder()
                .replica("p", "r0")
                .url("http://user:" + HIDDEN + "@host:8080/v1?key=1")
                .option("count", "3")
                .build();
        assertEquals("AdapterConfig[p/r0, url http://host:8080/v1, options [count]]", config.toString());
        assertEquals(
                "http://user:" + HIDDEN + "@host:8080/v1?key=1", config.url().orElseThrow());
    }

    @Test
    @DisplayName("CFG-01: a configuration of nothing has the JVM's clock and the shared delivery threads")
    void config_whenNothingIsSet_hasDefaults() {
        AdapterConfig config = AdapterConfig.builder().build();
        assertEquals("", config.pool());
        assertEquals("", config.replica());
        assertTrue(config.url().isEmpty());
        assertTrue(config.token().isEmpty());
        assertEquals(Map.of(), config.options());
        assertSame(TimeSource.system(), config.timeSource());
        assertSame(AdapterConfig.builder().build().deliveryExecutor(), config.deliveryExecutor());
        assertEquals("AdapterConfig[/, no url, options []]", config.toString());
    }

    @Test
    @DisplayName("CFG-01: a configuration that was built does not change with its builder")
    void config_whenItsBuilderGoesOn_doesNotChange() {
        AdapterConfig.Builder builder = AdapterConfig.builder().option("a", "1");
        AdapterConfig config = builder.build();
        builder.option("a", "2").option("b", "3");
        assertEquals(Map.of("a", "1"), config.options());
    }
}
