package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.TemplateMessages;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.concurrent.CompletionStage;

/**
 * {@link ChatTemplates} over {@code /apply-template}, which servers have since 2025 (contract 11).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerChatTemplates implements ChatTemplates {

    private static final String LACKING =
            "take a server of 2025 or later, which applies templates; or check the URL's path and the server's prefix";

    /** What a template may make of a byte of the conversation, tools repeated and JSON's escapes included. */
    private static final int BYTES_PER_BYTE = 12;

    private final EngineCalls calls;
    private final Stages stages;

    /**
     * Makes the capability for one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     */
    public ServerChatTemplates(EngineCalls calls, Stages stages) {
        this.calls = calls;
        this.stages = stages;
    }

    @Override
    public CompletionStage<String> render(Prompt.Chat chat) {
        boolean media = chat.messages().stream()
                .flatMap(message -> message.content().stream())
                .anyMatch(ChatMessage.Content.Media.class::isInstance);
        return stages.stage(reply -> {
            if (media) {
                reply.failure(WorkerError.of(
                        ErrorCode.UNSUPPORTED,
                        "media in a conversation have no text that could be shown: leave them out to see the rest"));
                return;
            }
            byte[] body;
            try {
                body = TemplateMessages.request(chat);
            } catch (WorkerException e) {
                reply.failure(e.error());
                return;
            }
            calls.ask(
                    Question.post(
                            "/apply-template",
                            body,
                            Sizes.ceiling(body.length, BYTES_PER_BYTE),
                            TemplateMessages::prompt,
                            LACKING),
                    reply);
        });
    }
}
