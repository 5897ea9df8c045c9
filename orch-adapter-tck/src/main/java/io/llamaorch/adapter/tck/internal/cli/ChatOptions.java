package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that make a conversation of a prompt. */
final class ChatOptions {

    @Option(names = "--chat", description = "Says the prompt in a conversation, by the model's chat template.")
    private boolean chat;

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "What holds for the whole conversation; makes it one, as --chat does.")
    private @Nullable String system;

    @Option(
            names = "--messages",
            paramLabel = "FILE",
            description =
                    "A conversation so far, and its tools, as JSON; the prompt, if there is one, goes on with it.")
    private @Nullable Path messages;

    /** {@return whether a conversation is there without a prompt} */
    boolean standAlone() {
        return messages != null;
    }

    /**
     * Gives the prompt in the form that the options ask for.
     *
     * @param text what was typed; empty for nothing
     */
    Prompt prompt(String text) throws IOException {
        if (!chat && system == null && messages == null) {
            return new Prompt.Text(text);
        }
        Prompt.Chat said = messages == null ? null : ChatJson.read(Files.readString(messages));
        List<ChatMessage> turns = new ArrayList<>();
        if (system != null) {
            turns.add(ChatMessage.of(ChatMessage.Role.SYSTEM, system));
        }
        if (said != null) {
            turns.addAll(said.messages());
        }
        if (!text.isEmpty()) {
            turns.add(ChatMessage.of(ChatMessage.Role.USER, text));
        }
        return new Prompt.Chat(turns, said == null ? List.of() : said.tools());
    }
}
