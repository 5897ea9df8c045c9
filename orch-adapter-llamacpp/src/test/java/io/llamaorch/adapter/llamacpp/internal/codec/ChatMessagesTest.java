package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** A conversation as it is sent (contract 11). */
class ChatMessagesTest {

    private static final ChatMessage HELLO = ChatMessage.of(Role.USER, "hello");

    private static String written(Prompt.Chat chat) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            ChatMessages.write(json, chat);
            json.writeEndObject();
        }
        return text.toString();
    }

    private static String written(ChatMessage... messages) {
        return written(new Prompt.Chat(List.of(messages), List.of()));
    }

    private static String written(Role role, Content... parts) {
        return written(new ChatMessage(role, List.of(parts)));
    }

    private static WorkerError refusal(Prompt.Chat chat) {
        return assertThrows(WorkerException.class, () -> written(chat)).error();
    }

    private static WorkerError refusal(Role role, Content... parts) {
        return refusal(new Prompt.Chat(List.of(HELLO, new ChatMessage(role, List.of(parts))), List.of()));
    }

    private static Prompt.Chat withTool(String schema) {
        return new Prompt.Chat(List.of(HELLO), List.of(new Prompt.ToolSpec("weather", "tells the weather", schema)));
    }

    @Test
    void text_ofEachRole_isWrittenAsItIs() {
        assertEquals(
                "{\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"\\\"hi\\\"\\n\"},"
                        + "{\"role\":\"assistant\",\"content\":\"\"},{\"role\":\"tool\",\"content\":\"4\"}]}",
                written(
                        ChatMessage.of(Role.SYSTEM, "be brief"),
                        ChatMessage.of(Role.USER, "\"hi\"\n"),
                        ChatMessage.of(Role.ASSISTANT, ""),
                        ChatMessage.of(Role.TOOL, "4")));
    }

    @Test
    void text_inSeveralParts_isWrittenAsTypedParts() {
        assertEquals(
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]}",
                written(Role.USER, new Content.Text("a"), new Content.Text("b")));
    }

    @Test
    void call_withoutWords_hasNoContent() {
        assertEquals(
                "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}}]}]}",
                written(Role.ASSISTANT, new Content.ToolUse("c1", "weather", "{\"city\":\"Oslo\"}")));
    }

    @Test
    void calls_withWords_areOneMessage() {
        assertEquals(
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":["
                        + "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}},"
                        + "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"b\",\"arguments\":\"{}\"}}]}]}",
                written(
                        Role.ASSISTANT,
                        new Content.Text("I look."),
                        new Content.ToolUse("c1", "a", "{}"),
                        new Content.ToolUse("c2", "b", "{}")));
    }

    @Test
    void results_ofSeveralCalls_areMessagesOfTheirOwn() {
        assertEquals(
                "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"rain\"},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"sun\"},"
                        + "{\"role\":\"user\",\"content\":\"and now?\"}]}",
                written(
                        Role.USER,
                        new Content.ToolResult("c1", "rain"),
                        new Content.ToolResult("c2", "sun"),
                        new Content.Text("and now?")));
    }

    @Test
    void tool_withSchema_isWrittenWithTheSchemaItself() {
        assertEquals(
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"tools\":[{\"type\":\"function\",\"function\":"
                        + "{\"name\":\"weather\",\"description\":\"tells the weather\",\"parameters\":"
                        + "{\"type\":\"object\",\"minimum\":0.10,\"x\":[1,null,true]}}}]}",
                written(withTool(" {\"type\":\"object\", \"minimum\":0.10, \"x\":[1,null,true]}\n")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "string", "[]", "{", "{}}", "{},\"stream\":{}", "{\"a\":1} {}"})
    void tool_whoseSchemaIsNoObject_isRefused(String schema) {
        WorkerError error = refusal(withTool(schema));
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(
                error.message().startsWith("the parameters of the tool weather are no JSON schema"), error.message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "[]", "{\"secret\":", "{} {}"})
    void call_whoseArgumentsAreNoObject_isRefusedWithoutTellingThem(String arguments) {
        WorkerError error = refusal(Role.ASSISTANT, new Content.ToolUse("c1", "weather", arguments));
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertFalse(error.message().contains("secret"));
    }

    @Test
    void call_ofAnotherThanTheAssistant_isRefused() {
        WorkerError error = refusal(Role.USER, new Content.ToolUse("c1", "weather", "{}"));
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
    }

    @Test
    void picture_isADataUri() {
        assertEquals(
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"what?\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBO+/==\"}}]}]}",
                written(Role.USER, new Content.Text("what?"), new Content.Media("image/PNG", "iVBO+/==")));
    }

    @ParameterizedTest
    @CsvSource({"audio/wav, wav", "audio/x-wav, wav", "audio/wave, wav", "audio/mpeg, mp3", "Audio/MP3, mp3"})
    void sound_hasItsFormat(String type, String format) {
        assertEquals(
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":"
                        + "{\"data\":\"UklG\",\"format\":\"" + format + "\"}}]}]}",
                written(Role.USER, new Content.Media(type, "UklG")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "video/mp4",
                "audio/ogg",
                "application/pdf",
                "image",
                "image/",
                "image/png;base64,AAAA,http://elsewhere",
                "image/png\"",
                "audio/wav "
            })
    void medium_ofAnotherType_isRefusedWithoutTellingIt(String type) {
        WorkerError error = refusal(Role.USER, new Content.Media(type, "secret"));
        assertEquals(ErrorCode.UNSUPPORTED, error.code());
        assertFalse(error.message().contains("secret"));
    }

    @Test
    void media_tellWhatTheModelMustBeAbleToDo() {
        Content sound = new Content.Media("audio/wav", "A");
        Content picture = new Content.Media("image/webp", "A");
        assertEquals(Set.of(), MediaParts.modalities(new Prompt.Text("image/png")));
        assertEquals(Set.of(), MediaParts.modalities(new Prompt.Chat(List.of(HELLO), List.of())));
        assertEquals(
                List.of("audio", "vision"),
                List.copyOf(MediaParts.modalities(new Prompt.Chat(
                        List.of(HELLO, new ChatMessage(Role.USER, List.of(picture, sound, picture))), List.of()))));
    }

    /** SEC-04: whatever stands in it, it is the data of one URI. */
    @Test
    void picture_withInjection_staysData() {
        assertTrue(written(Role.USER, new Content.Media("image/png", "\"},\"stream\":false,{\""))
                .contains("\"data:image/png;base64,\\\"},\\\"stream\\\":false,{\\\"\"}}]}]}"));
    }
}
