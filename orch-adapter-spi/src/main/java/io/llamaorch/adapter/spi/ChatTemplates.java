package io.llamaorch.adapter.spi;

import java.util.concurrent.CompletionStage;

/**
 * Shows what a conversation looks like to the model; see {@link Capability#CHAT_TEMPLATES}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}.
 */
public interface ChatTemplates {

    /**
     * Applies the model's chat template.
     *
     * @param chat the conversation, with the tools that are offered in it
     * @return a stage with the text that the model would be given; fails with {@link ErrorCode#UNSUPPORTED} where the
     *     conversation has media, which are no text, and where the engine cannot tell
     */
    CompletionStage<String> render(Prompt.Chat chat);
}
