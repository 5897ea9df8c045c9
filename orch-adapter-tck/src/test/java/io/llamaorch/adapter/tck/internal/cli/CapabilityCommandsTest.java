package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code orch tokenize}, {@code detokenize}, {@code template}, {@code embed} and {@code metrics}. */
@NoLeaks
@Timeout(30)
class CapabilityCommandsTest {

    private final Screen screen = new Screen();

    private int typed(String input, String... args) {
        return Orch.run(screen.terminal(input, Map.of("ORCHD_MOCK_URL", "mock:1")), args);
    }

    private void assertOut(String expected, String... args) {
        assertEquals(0, typed("", args), screen.err());
        assertEquals(expected, screen.out());
    }

    @Test
    void tokenize_always_showsTheIdsOnALine() {
        assertOut("97 32 233\n", "tokenize", "a \u00e9");
    }

    @Test
    void tokenize_asAPrompt_hasTheSpecialTokensToo() {
        assertOut("1114112 97\n", "tokenize", "--prompt", "a");
    }

    @Test
    void tokenize_whenOnlyTheCountIsAsked_showsThat() {
        assertEquals(0, typed("", "tokenize", "--count", "abcd"));
        assertEquals(0, typed("", "tokenize", "--count", "--json", "ab"));
        assertEquals(0, typed("", "tokenize", "--json", "b"));
        assertEquals("4\n{\"count\":2}\n{\"count\":1,\"tokens\":[98]}\n", screen.out());
    }

    @Test
    void tokenize_ofAHyphen_readsStandardInputToTheLastByte() {
        assertEquals(0, typed("a\n", "tokenize", "-"));
        assertEquals("97 10\n", screen.out());
    }

    @ParameterizedTest
    @CsvSource({"'97 98', ''", "'97,98', ''", "-, ' 97\n98 '", "-, '97,98'"})
    void detokenize_ofIds_isTheirText(String argument, String input) {
        assertEquals(0, typed(input, "detokenize", argument), screen.err());
        assertEquals("ab\n", screen.out());
    }

    @Test
    void detokenize_ofSeveralArguments_isTheTextOfAll() {
        assertOut("{\"text\":\"ab\\n\"}\n", "detokenize", "--json", "97", "98", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.5", "99999999999", "1114113"})
    void detokenize_ofWhatIsNoId_isWrongUsage(String id) {
        assertEquals(2, typed("", "detokenize", id));
        assertEquals(1, screen.errLines().size(), screen.err());
    }

    @Test
    void template_ofMessages_knowsTheirRoles() {
        assertOut(
                "system: be brief\nuser: hi: you\nassistant: hello\n",
                "template",
                "system:be brief",
                "hi: you",
                "assistant:hello");
    }

    @Test
    void template_ofJson_readsMessagesAndWhatToolsDid() {
        String chat =
                "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"rain?\"}]},"
                        + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"weather\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"no\"}],"
                        + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"a\":[1,0.50,null]}}}]}";
        assertEquals(0, typed(chat, "template", "--json", "-"), screen.err());
        assertEquals("{\"prompt\":\"user: rain?\\nassistant: weather {}\\ntool: no\\n\"}\n", screen.out());
        assertEquals("{\"a\":[1,0.50,null]}", ChatJson.read(chat).tools().get(0).parametersSchema());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hi",
                "{}",
                "[] []",
                "[]",
                "[1]",
                "[{\"role\":\"king\",\"content\":\"hi\"}]",
                "[{\"role\":\"user\"}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{}]}",
            })
    void template_ofWhatIsNoConversation_isWrongUsage(String chat) {
        assertEquals(2, typed(chat, "template", "-"), chat);
        assertEquals(1, screen.errLines().size(), screen.err());
    }

    @Test
    void embed_always_isALineOfNumbersForEachText() {
        assertEquals(0, typed("", "embed", "a", "b"), screen.err());
        assertEquals(2, screen.outLines().size());
        assertEquals(8, screen.outLines().get(1).split(" ").length);
    }

    @Test
    void embed_ofAHyphen_readsALineEach() {
        assertEquals(0, typed("a\n\n b\n", "embed", "--json", "-"), screen.err());
        assertEquals(2, screen.outLines().size());
        assertTrue(screen.outLines().get(1).startsWith("{\"index\":1,\"embedding\":[0."), screen.out());
        assertEquals(2, typed("\n", "embed", "-"));
    }

    @Test
    void metrics_always_areATableForEachReplica() {
        assertEquals(
                0, Orch.run(screen.terminal("", Map.of("ORCHD_MOCK_URL", "mock:1,mock:2")), "metrics"), screen.err());
        assertTrue(screen.outLines().get(0).matches("default/r0 +mock +\\S+Z"), screen.out());
        assertTrue(screen.outLines().contains("  mock:tasks_total   counter  0"), screen.out());
        assertEquals(8, screen.outLines().size());
        assertEquals(1, screen.errLines().size(), screen.err());
        assertTrue(screen.err().contains("since the reading before"), screen.err());
    }

    @Test
    void metrics_whenJsonIsAsked_areAnObjectALine() {
        assertEquals(0, typed("", "metrics", "--json"));
        assertTrue(
                screen.outLines()
                        .get(2)
                        .matches("\\{\"pool\":\"default\",\"replica\":\"r0\",\"engine\":\"mock\",\"at\":"
                                + "\"[^\"]+\",\"name\":\"mock:slots_busy\",\"kind\":\"GAUGE\",\"value\":0\\.0}"),
                screen.out());
    }

    @Test
    void metrics_ofAReplicaThatCannotBeReached_hideNoOther() {
        Map<String, String> environment = Map.of(
                "ORCHD_MOCK_URL",
                "mock:1",
                "ORCHD_LLAMACPP_URL",
                "http://127.0.0.1:1",
                "ORCHD_LLAMACPP_REPLICA",
                "gone");
        assertEquals(9, Orch.run(screen.terminal("", environment), "metrics"));
        assertEquals(4, screen.outLines().size(), screen.out());
        assertTrue(screen.err().contains("POOL_UNAVAILABLE"), screen.err());
    }

    @Test
    void metrics_whenNoEngineIsConfigured_sayHowToConfigureOne() {
        assertEquals(2, screen.run("metrics"));
        assertTrue(screen.err().contains("ORCHD_LLAMACPP_URL"), screen.err());
    }

    @ParameterizedTest
    @CsvSource({"tokenize, a", "detokenize, 260", "template, hi", "embed, a"})
    void command_whenNoEngineIsConfigured_asksTheScriptedEngine(String command, String argument) {
        assertEquals(0, screen.run(command, argument), screen.err());
        assertTrue(screen.err().contains("no engine is configured, so the scripted engine"), screen.err());
        assertTrue(!screen.out().isBlank(), screen.out());
    }

    @Test
    void command_forAPoolThatThereIsNot_namesThoseThatExist() {
        assertEquals(6, typed("", "tokenize", "--pool", "large", "a"));
        assertEquals(6, typed("", "metrics", "--pool", "large"));
        assertTrue(screen.err().contains("no pool 'large', only default"), screen.err());
    }
}
