package io.llamaorch.adapter.llamacpp.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.codec.ChatEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.EventAssembler;
import io.llamaorch.adapter.llamacpp.internal.codec.NoJsonException;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Chats by chance: however they are cut into reads they say the same, there is no end without its marker, every call has
 * a name and an object for its arguments, and nothing but nonsense is thrown for nonsense (ERR-04, EVT-05, EVT-12).
 */
class ChatFuzzTest {

    private static final int USUALLY = 2_000;

    private static final TaskRequest TASK = TaskRequest.builder(
                    new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")), List.of()))
            .build();

    private static final List<String> PIECES = List.of(
            "data: {\"choices\":[{\"finish_reason\":null,\"delta\":{\"content\":\"a\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"w\",\"arguments\":\"{\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"name\":\"v\",\"arguments\":\"{}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"finish_reason\":\"tool_calls\",\"delta\":{}}]}\n\n",
            "data: {\"choices\":[{\"finish_reason\":\"length\",\"delta\":{}}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
            "data: [DONE]\n\n");

    private static final List<String> TOKENS = List.of(
            "\"index\":",
            "\"name\":\"\",",
            "\"arguments\":7,",
            "null",
            "{}",
            "[]",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\"",
            "\\",
            "\n",
            "\n\n",
            "[DONE]",
            "data: ",
            "-1",
            "99999999999",
            "\"finish_reason\":\"stop\",",
            "\"tool_calls\":[{}],");

    private static Mutator mutator() {
        List<byte[]> recordings = Stream.of(
                        "chat-stream",
                        "chat-stream-tool-calls",
                        "chat-stream-limit-in-call",
                        "chat-stream-stop-word",
                        "chat-stream-logprobs")
                .map(Transcripts::body)
                .toList();
        return new Mutator(recordings, Mutator.bytes(PIECES), Mutator.bytes(TOKENS));
    }

    private static List<String> decode(byte[] input, int... reads) {
        List<String> said = new ArrayList<>();
        ChatEventReader reader = new ChatEventReader(event -> hear(event, said), TASK);
        SseDecoder decoder = new SseDecoder(new EventAssembler(reader, 1 << 20, 1 << 20), 1 << 21);
        try {
            int from = 0;
            for (int to : reads) {
                decoder.feed(input, from, to);
                from = to;
            }
        } catch (NoJsonException | EventTooLargeException nonsense) {
            said.add("nonsense");
        }
        return said;
    }

    private static boolean hear(CompletionEvent event, List<String> said) {
        event.toolCalls().forEach(call -> {
            assertTrue(!call.name().isEmpty(), "a call has a name");
            assertTrue(
                    call.argumentsJson().strip().startsWith("{")
                            && call.argumentsJson().strip().endsWith("}"),
                    "whole");
            said.add(call.name() + call.argumentsJson());
        });
        said.add(event.reasoning() + "|" + event.content() + "|" + event.fault() + "|" + event.tokensPredicted() + "|"
                + (event.stop() ? event.stopReason() : "") + "|" + event.error());
        return !event.stop() && event.error() == null && event.fault() == null;
    }

    private static void check(byte[] input, Random random) {
        List<String> whole = decode(input, input.length);
        assertEquals(whole, decode(input, Mutator.reads(input.length, random)), "in other reads");
        boolean ended = whole.stream().anyMatch(line -> line.matches("(?s).*\\|[A-Z_]+\\|null"));
        String text = new String(input, StandardCharsets.ISO_8859_1);
        assertTrue(!ended || (text.contains("[DONE]") && text.contains("finish_reason")), "an end without its marker");
    }

    @Test
    void chat_anyhow_saysTheSameInAnyReads_andNoHalfOfACall() {
        Fuzzing.run("chats", USUALLY, mutator(), ChatFuzzTest::check);
    }
}
