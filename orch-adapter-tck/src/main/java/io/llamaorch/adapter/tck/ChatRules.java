package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** EVT in conversations: whose voice it is, and calls of tools. */
interface ChatRules extends Rules {

    /** A model that thinks first. */
    EngineScript.Answer THINKING = new EngineScript.Answer("Where are the clouds?", "It will not rain, é.", List.of());

    /** A model that calls two tools. */
    EngineScript.Answer CALLING = new EngineScript.Answer(
            "",
            "I look.",
            List.of(
                    new EngineScript.Call("weather", "{\"city\":\"Lima\",\"days\":[1,2]}"),
                    new EngineScript.Call("clock", "{}")));

    /** More tokens than those answers have, however an engine counts. */
    int ENOUGH = 400;

    private static TaskRequest.Builder chat() {
        ChatMessage question = ChatMessage.of(ChatMessage.Role.USER, "Will it rain?");
        List<Prompt.ToolSpec> tools = List.of(
                new Prompt.ToolSpec("weather", "tells the weather", "{\"type\":\"object\"}"),
                new Prompt.ToolSpec("clock", "tells the time", "{\"type\":\"object\"}"));
        return TaskRequest.builder(new Prompt.Chat(List.of(question), tools))
                .maxTokens(ENOUGH)
                .temperature(0);
    }

    private static TaskRequest.Builder question() {
        ChatMessage question = ChatMessage.of(ChatMessage.Role.USER, "Will it rain?");
        return TaskRequest.builder(new Prompt.Chat(List.of(question), List.of()))
                .maxTokens(ENOUGH)
                .temperature(0);
    }

    /** Skips the test unless all of them are declared; what is not is refused, which CAP-01 tests. */
    private void needs(Capability... capabilities) {
        Set<Capability> declared = harness().factory().descriptor().capabilities();
        for (Capability capability : capabilities) {
            if (!declared.contains(capability)) {
                throw new NotTestable("the adapter does not declare " + capability);
            }
        }
    }

    private static String said(Heard heard, Channel channel) {
        return heard.tokens().stream()
                .filter(token -> token.channel() == channel)
                .map(TokenEvent.Token::text)
                .collect(Collectors.joining());
    }

    /** Whether the letters are the same; spaces are another rule's matter. */
    private static boolean same(String one, String other) {
        return one.replaceAll("\\s+", "").equals(other.replaceAll("\\s+", ""));
    }

    private static List<TokenEvent.ToolCall> calls(Heard heard) {
        return heard.events().stream()
                .filter(TokenEvent.ToolCall.class::isInstance)
                .map(TokenEvent.ToolCall.class::cast)
                .toList();
    }

    @Rule("EVT-11")
    default void evt11_reasoning_isOnAChannelOfItsOwn() throws InterruptedException {
        needs(Capability.CHAT_PROMPTS, Capability.REASONING);
        try (Bench bench = open(EngineScript.builder().answer(THINKING).build())) {
            Heard heard = bench.run(question().build());
            bench.mustEnd(heard);
            String reasoning = said(heard, Channel.REASONING);
            String text = said(heard, Channel.TEXT);
            bench.check(
                    same(reasoning, THINKING.reasoning()) && same(text, THINKING.text()),
                    "\"" + THINKING.reasoning() + "\" on the channel REASONING, and \"" + THINKING.text()
                            + "\" on the channel TEXT",
                    () -> "\"" + reasoning + "\" and \"" + text + "\"",
                    "the field in which the engine tells reasoning apart is not read, or taken for text",
                    "the marks around the reasoning are left in it");
        }
    }

    @Rule("EVT-12")
    default void evt12_toolCalls_areToldWhole() throws InterruptedException {
        needs(Capability.CHAT_PROMPTS, Capability.TOOL_CALLS);
        try (Bench bench = open(EngineScript.builder().answer(CALLING).build())) {
            Heard heard = bench.run(chat().build());
            TokenEvent.End end = bench.mustEnd(heard);
            List<TokenEvent.ToolCall> calls = calls(heard);
            boolean numbered = true;
            for (int i = 0; i < calls.size(); i++) {
                numbered &= calls.get(i).index() == i;
            }
            boolean inOrder = numbered;
            bench.check(
                    inOrder && told(calls).equals(CALLING.calls()) && end.reason() == StopReason.TOOL_CALLS,
                    "the calls of " + CALLING.calls() + ", numbered from 0, and the reason TOOL_CALLS",
                    () -> calls.stream()
                                    .map(call -> call + call.argumentsJson())
                                    .toList() + " and the reason " + end.reason(),
                    "each part of a call is told as a call",
                    "parts of several calls are mixed up, as their numbers are not looked at",
                    "the last call is never told, as nothing comes after it but the end");
            bench.check(
                    same(said(heard, Channel.TEXT), CALLING.text()),
                    "the text \"" + CALLING.text() + "\" and no call in it",
                    () -> "\"" + heard.text() + "\"",
                    "what the engine says of calls is taken for text too");
        }
    }

    @Rule("EVT-12")
    default void evt12_toolCall_thatIsCut_isNone() throws InterruptedException {
        needs(Capability.CHAT_PROMPTS, Capability.TOOL_CALLS);
        for (int tokens : List.of(1, 5, 30, 45)) {
            EngineScript script = EngineScript.builder()
                    .answer(CALLING)
                    .fault(new StreamFault.CutAfterTokens(tokens))
                    .build();
            try (Bench bench = open(script)) {
                noHalf(bench, bench.run(chat().build()));
            }
        }
    }

    @Rule("EVT-12")
    default void evt12_toolCall_thatTheLimitCuts_isNone() throws InterruptedException {
        needs(Capability.CHAT_PROMPTS, Capability.TOOL_CALLS);
        for (int tokens : List.of(3, 30, 45)) {
            try (Bench bench = open(EngineScript.builder().answer(CALLING).build())) {
                Heard heard = bench.run(chat().maxTokens(tokens).build());
                bench.mustEnd(heard, "a call that the limit cut is told as an error, although the end says why");
                noHalf(bench, heard);
            }
        }
    }

    private static void noHalf(Bench bench, Heard heard) {
        List<EngineScript.Call> told = told(calls(heard));
        bench.check(
                told.equals(CALLING.calls().subList(0, Math.min(told.size(), 2))),
                "no call but what is whole of " + CALLING.calls(),
                told::toString,
                "a call is told when its first part comes, or with what has come of it when the answer ends");
    }

    private static List<EngineScript.Call> told(List<TokenEvent.ToolCall> calls) {
        return calls.stream()
                .map(call -> new EngineScript.Call(call.name(), call.argumentsJson()))
                .toList();
    }
}
