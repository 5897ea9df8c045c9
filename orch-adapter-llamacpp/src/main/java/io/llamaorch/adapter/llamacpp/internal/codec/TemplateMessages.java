package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerException;
import tools.jackson.core.JacksonException;

/** Writes and reads what {@code /apply-template} says. */
public final class TemplateMessages {

    private TemplateMessages() {}

    /**
     * Writes the body of {@code POST /apply-template}.
     *
     * @param chat the conversation
     * @return the body
     * @throws WorkerException if the conversation has what cannot be said
     */
    public static byte[] request(Prompt.Chat chat) {
        return Json.object(json -> ChatMessages.write(json, chat));
    }

    /**
     * Reads the answer to it.
     *
     * @param body the body
     * @return the text that the template makes
     * @throws JacksonException if it is something else
     */
    public static String prompt(byte[] body) {
        return Json.text(body, "prompt");
    }
}
