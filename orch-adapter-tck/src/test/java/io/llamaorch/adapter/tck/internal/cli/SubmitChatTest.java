package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations of {@code orch submit}: from options, and from files in OpenAI's form. */
@Timeout(30)
class SubmitChatTest {

    private final Screen screen = new Screen();

    @TempDir
    private Path folder;

    private int submit(String... args) {
        List<String> all = new ArrayList<>(List.of("submit", "--engine", "mock", "--max-tokens", "3"));
        all.addAll(List.of(args));
        return screen.run(all.toArray(String[]::new));
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("chat.json"), json);
    }

    @Test
    void options_makeAConversation() {
        assertEquals(0, submit("--chat", "x"));
        assertEquals(0, submit("--system", "be brief", "x"));
        assertEquals(0, submit("x"));
        assertEquals(3, Set.copyOf(screen.outLines()).size(), screen.out());
    }

    @Test
    void messages_needNoPrompt_andGoOnWithOne() throws IOException {
        Path file = file("[{\"role\":\"user\",\"content\":\"x\"}]");
        assertEquals(0, submit("--messages", file.toString()));
        assertEquals(0, submit("--chat", "x"));
        assertEquals(0, submit("--messages", file.toString(), "and now?"));
        assertEquals(screen.outLines().get(0), screen.outLines().get(1));
        assertTrue(!screen.outLines().get(2).equals(screen.outLines().get(0)), screen.out());
    }

    @Test
    void prompt_missing_isToldHowToGiveOne() {
        assertEquals(ExitCode.INVALID_PARAMS.number(), submit());
        assertTrue(screen.err().contains("there is no prompt"), screen.err());
    }

    @Test
    void file_withEverything_isReadWhole() {
        Prompt.Chat chat =
                ChatJson.read(("{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"t\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA==\"}},"
                        + "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"BB==\",\"format\":\"wav\"}}]},"
                        + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"w\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"fog\"}],"
                        + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"w\",\"description\":\"d\","
                        + "\"parameters\":{\"type\":\"object\",\"x\":[1]}}}]}"));
        assertEquals(
                List.of(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL),
                chat.messages().stream().map(message -> message.role()).toList());
        assertEquals(
                List.of(
                        new Content.Text("t"),
                        new Content.Media("image/png", "AA=="),
                        new Content.Media("audio/wav", "BB==")),
                chat.messages().get(1).content());
        assertEquals(
                List.of(new Content.ToolUse("c", "w", "{}")),
                chat.messages().get(2).content());
        assertEquals(
                List.of(new Content.ToolResult("c", "fog")),
                chat.messages().get(3).content());
        assertEquals("w", chat.tools().get(0).name());
        assertTrue(chat.tools().get(0).parametersSchema().startsWith("{\"type\":\"object\",\"x\":[1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "7",
                "{\"messages\":7}",
                "[7]",
                "[{\"role\":\"king\",\"content\":\"x\"}]",
                "[{\"role\":\"user\"}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"smell\"}]}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://elsewhere\"}}]}]",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{}]}"
            })
    void file_thatIsNoConversation_isRefused(String json) throws IOException {
        assertEquals(
                ExitCode.INVALID_PARAMS.number(),
                submit("--messages", file(json).toString()),
                screen::out);
        assertEquals(1, screen.errLines().size(), screen.err());
    }
}
