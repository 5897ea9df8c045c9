package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenDetails;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers of different years say of a chat, as recorded and as they are known to. */
class ChatEventReaderTest {

    private static final String DONE = "[DONE]";

    private static TaskRequest.Builder task() {
        return TaskRequest.builder(new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")), List.of()));
    }

    private static List<String> events(String... data) {
        return Decoded.ofData(task().build(), data).events();
    }

    private static String chunk(String choice, String rest) {
        return "{\"choices\":[" + choice + "],\"created\":1,\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\""
                + rest + "}";
    }

    private static String delta(String delta) {
        return chunk("{\"finish_reason\":null,\"index\":0,\"delta\":" + delta + "}", "");
    }

    private static String finish(String reason) {
        return chunk("{\"finish_reason\":\"" + reason + "\",\"index\":0,\"delta\":{}}", "");
    }

    /** Name, text, number of events, last event; from the recordings by an independent reader. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chat-stream | ' the moon heard' |6| [] generated 3 prompt 56 cached 55 275us+318us stop LIMIT",
                "chat-stream-reasoning | ' no cloud stands over us' |17| [] generated 14 prompt 53 cached 52 slot 1 13201us+4423us stop END_OF_TEXT",
                "chat-stream-stop-word | ' the moon ' |6| [] generated 3 prompt 56 cached 55 slot 0 9239us+520us stop STOP_STRING at 'heard'",
                "chat-stream-logprobs | ' the moon' |6| [] generated 2 prompt 56 cached 55 slot 0 379us+254us stop LIMIT",
                "chat-stream-tool-calls | '' |13| [] generated 19 prompt 541 cached 0 slot 0 263721us+9772us stop TOOL_CALLS",
                "chat-stream-limit-in-call | '' |7| [] generated 6 prompt 519 cached 518 slot 0 11867us+2863us stop LIMIT"
            })
    void recording_isUnderstood(String name, String text, int count, String last) {
        Decoded decoded = Decoded.of(task().build(), Transcripts.body(name));
        assertEquals(text, decoded.text());
        assertEquals(count, decoded.events().size(), () -> decoded.events().toString());
        assertEquals(last, decoded.last());
    }

    @Test
    void reasoning_isToldApartFromText() {
        Decoded decoded = Decoded.of(task().build(), Transcripts.body("chat-stream-reasoning"));
        assertEquals(
                List.of(
                        "[] generated 0 progress 52/53/52",
                        "[] generated 0 progress 53/53/52",
                        "[] generated 1 prompt 53 cached 52",
                        "( let) [] generated 2 prompt 53 cached 52"),
                decoded.events().subList(0, 4));
        assertEquals(
                "( rains) [] generated 7 prompt 53 cached 52", decoded.events().get(8));
    }

    @Test
    void toolCalls_areToldWhenTheNextBeginsAndAtTheEnd() {
        List<String> events = Decoded.of(task().build(), Transcripts.body("chat-stream-tool-calls"))
                .events();
        assertEquals(
                List.of(
                        "[] call 6WfojKoOAqEdDCwolpg3HtAyofiK33cY weather{\"city\": \"Lima\"} generated 13 prompt 541 cached 0",
                        "[] call oZG8RVQZNzkLuy2HCo1uzgKzp0uNwqDM weather{\"city\":\n \"Lima\"} slot 0"),
                events.stream().filter(line -> line.contains(" call ")).toList());
    }

    @Test
    void toolCall_cutByTheLimit_isNotTold() {
        assertEquals(
                0,
                Decoded.of(task().build(), Transcripts.body("chat-stream-limit-in-call")).events().stream()
                        .filter(line -> line.contains(" call ") || line.contains("fault"))
                        .count());
    }

    /** Before 2025 there were neither timings nor calls, and the counts stood in the last chunk. */
    @Test
    void dialectOf2024_isUnderstood() {
        assertEquals(
                List.of("[]", "[ Hello]", "[] generated 8 prompt 4", "[] generated 8 prompt 4 stop END_OF_TEXT"),
                events(
                        delta("{\"role\":\"assistant\"}"),
                        delta("{\"content\":\" Hello\"}"),
                        chunk(
                                "{\"finish_reason\":\"stop\",\"index\":0,\"delta\":{}}",
                                ",\"usage\":{\"completion_tokens\":8,\"prompt_tokens\":4,\"total_tokens\":12}"),
                        DONE));
    }

    @Test
    void stop_withoutItsKind_isUnknownIfThereAreStopStrings() {
        assertEquals(
                "[] stop UNKNOWN",
                Decoded.ofData(task().stop("x").build(), finish("stop"), DONE).last());
    }

    @ParameterizedTest
    @CsvSource({
        "stop, END_OF_TEXT",
        "length, LIMIT",
        "tool_calls, TOOL_CALLS",
        "function_call, TOOL_CALLS",
        "content_filter, UNKNOWN"
    })
    void finishReason_isTranslated(String reason, String translated) {
        assertEquals(List.of("[]", "[] stop " + translated), events(finish(reason), DONE));
    }

    /** As engines do that know no other reason. */
    @Test
    void stop_afterACall_isForTheCall() {
        assertEquals(
                "[] stop TOOL_CALLS",
                Decoded.ofData(
                                task().build(),
                                delta(
                                        "{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}"),
                                finish("stop"),
                                DONE)
                        .last());
    }

    /** A call, its reason and the text before it may all stand in one chunk. */
    @Test
    void chunk_withEverything_isReadWhole() {
        assertEquals(
                List.of("(hm) [text] call c a{\"x\":1}", "[] stop TOOL_CALLS"),
                events(
                        chunk(
                                "{\"finish_reason\":\"tool_calls\",\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\","
                                        + "\"function\":{\"arguments\":\"{\\\"x\\\":1}\",\"name\":\"a\"}}],"
                                        + "\"reasoning_content\":\"hm\",\"content\":\"text\"}}",
                                ""),
                        DONE));
    }

    @Test
    void done_withoutAReason_isNoEnd() {
        assertEquals(List.of("[a]"), events(delta("{\"content\":\"a\"}"), DONE));
    }

    @Test
    void reason_withoutDone_isNoEnd() {
        assertEquals(List.of("[]"), events(finish("stop")));
    }

    @Test
    void textAfterTheReason_isStillTold() {
        assertEquals(
                List.of("[]", "[a]", "[] stop END_OF_TEXT"),
                events(finish("stop"), delta("{\"content\":\"a\"}"), DONE));
    }

    @Test
    void callThatIsBroken_isAFaultAndNoCall() {
        assertEquals(
                List.of("[]", "[] fault: a tool call whose arguments are no JSON object"),
                events(
                        delta("{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}]}"),
                        finish("tool_calls"),
                        DONE));
    }

    @Test
    void errors_areErrors() {
        assertEquals(
                List.of("[a]", "[] error 500 server_error: full"),
                events(
                        delta("{\"content\":\"a\"}"),
                        "{\"error\":{\"code\":500,\"message\":\"full\",\"type\":\"server_error\"}}",
                        DONE));
        String old =
                "error: {\"code\":400,\"message\":\"too long\",\"type\":\"invalid_request_error\"}\n\ndata: [DONE]\n\n";
        assertEquals(
                List.of("[] error 400 invalid_request_error: too long"),
                Decoded.of(task().build(), old.getBytes(StandardCharsets.UTF_8)).events());
    }

    @Test
    void timings_areToldBeforeTheEndOnlyIfTheTaskAsks() {
        String counted = chunk(
                "{\"delta\":{\"content\":\"a\"}}",
                ",\"timings\":{\"cache_n\":1,\"prompt_n\":2,\"prompt_ms\":1,\"predicted_n\":3,\"predicted_ms\":2}");
        assertEquals(List.of("[a] generated 3 prompt 3 cached 1"), events(counted));
        assertEquals(
                List.of("[a] generated 3 prompt 3 cached 1 1000us+2000us"),
                Decoded.ofData(task().extra("timings_per_token", true).build(), counted)
                        .events());
    }

    @Test
    void likelihoods_areOfTextOnly() {
        String logprobs =
                ",\"logprobs\":{\"content\":[{\"id\":7,\"token\":\"a\",\"logprob\":-0.5,\"top_logprobs\":[]}]}";
        List<TokenDetails> details = new ArrayList<>();
        EventReader reader = new ChatEventReader(event -> details.add(event.details()), task().build());
        for (String choice : List.of(
                "{\"delta\":{\"content\":\"a\"}" + logprobs + "}",
                "{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}" + logprobs + "}",
                "{\"delta\":{\"content\":\"a\"},\"logprobs\":null}",
                "{\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":null}}")) {
            byte[] bytes = chunk(choice, "").getBytes(StandardCharsets.UTF_8);
            reader.read(bytes, 0, bytes.length, false);
        }
        assertEquals(-0.5, details.get(0).logProbability().orElseThrow());
        assertEquals(List.of(TokenDetails.NONE, TokenDetails.NONE, TokenDetails.NONE), details.subList(1, 4));
    }

    /** Nothing of another shape than it should be is more than skipped. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":null}",
                "{\"choices\":{}}",
                "{\"choices\":[]}",
                "{\"choices\":[1,null,[{}]]}",
                "{\"choices\":[{\"delta\":null,\"finish_reason\":null}]}",
                "{\"choices\":[{\"delta\":[],\"finish_reason\":7}]}",
                "{\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":{},\"tool_calls\":null}}]}",
                "{\"choices\":[{\"delta\":{\"content\":[{\"text\":\"x\"}],\"tool_calls\":{}}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[null,7,[]]}}]}",
                "{\"usage\":null}",
                "{\"usage\":[1]}",
                "{\"usage\":{\"prompt_tokens\":-1,\"prompt_tokens_details\":null}}",
                "{\"__verbose\":[],\"prompt_progress\":7}",
                "{\"content\":\"no chat\",\"stop\":true,\"finish_reason\":\"stop\"}"
            })
    void chunk_ofAnotherShape_tellsNothing(String data) {
        assertEquals(List.of("[]"), events(data));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[DONE",
                "[DONE] ",
                "DONE",
                "{\"choices\":[{\"delta\":{}}}",
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}]}",
                "{\"choices\":[{}{}]}",
                "{\"choices\":[{},]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"a\",}}]}}]}",
                "{\"usage\":{\"prompt_tokens\":01}}"
            })
    void chunk_thatIsNoJson_isRefused(String data) {
        assertThrows(NoJsonException.class, () -> events(data));
    }

    @Test
    void chunk_cutAtEveryByte_isRefused() {
        String whole = chunk(
                "{\"finish_reason\":null,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\","
                        + "\"arguments\":\"{}\"}}],\"content\":\"é\"}}",
                ",\"usage\":{\"prompt_tokens_details\":{\"cached_tokens\":1}},\"__verbose\":{\"id_slot\":1}");
        for (int at = 0; at < whole.length(); at++) {
            String cut = whole.substring(0, at);
            assertThrows(NoJsonException.class, () -> events(cut), cut);
        }
    }
}
