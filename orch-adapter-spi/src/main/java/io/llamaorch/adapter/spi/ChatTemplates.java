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
     * @param chat the conversation
     * @return a stage with the text that the model would be given
     */
    CompletionStage<String> render(Prompt.Chat chat);
}
