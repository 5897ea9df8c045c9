package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Role;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import java.util.List;

/** CAP-03: what a conversation looks like to the model. */
interface ChatTemplateRules extends InterfaceTrials {

    @Rule("CAP-03")
    default void cap03_conversation_isRenderedInItsOrder() throws InterruptedException {
        declared(EngineScript.WELL, ChatTemplates.class, Capability.CHAT_TEMPLATES, (bench, templates) -> {
            List<ChatMessage> messages = List.of(
                    ChatMessage.of(Role.USER, "first words"),
                    ChatMessage.of(Role.ASSISTANT, "second words"),
                    ChatMessage.of(Role.USER, "third words"));
            String text =
                    bench.get("the text of a conversation", templates.render(new Prompt.Chat(messages, List.of())));
            int first = text.indexOf("first words");
            int second = text.indexOf("second words");
            bench.check(
                    first >= 0 && first < second && second < text.indexOf("third words"),
                    "a text that has what was said, in its order",
                    () -> "\"" + text + "\"",
                    "messages are left out, or sent in another order");
        });
    }

    @Rule("CAP-03")
    default void cap03_media_areRefused() throws InterruptedException {
        declared(EngineScript.WELL, ChatTemplates.class, Capability.CHAT_TEMPLATES, (bench, templates) -> {
            ChatMessage picture = new ChatMessage(
                    Role.USER, List.of(new ChatMessage.Content.Media("image/png", CapabilityRules.PIXEL)));
            InterfaceTrials.mustFail(
                    bench,
                    "a conversation with a picture, which is no text,",
                    ErrorCode.UNSUPPORTED,
                    templates.render(new Prompt.Chat(List.of(picture), List.of())),
                    "media are left out, and what is shown is not what the model would be given");
        });
    }
}
