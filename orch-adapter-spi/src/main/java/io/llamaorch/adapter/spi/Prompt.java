package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.Objects;

/**
 * What the model is to continue or to answer, in one of three forms.
 *
 * <p>Thread safety: immutable. {@code toString} shows sizes, never content.
 */
public sealed interface Prompt {

    /**
     * Plain text, sent as it is: no chat template is applied.
     *
     * @param text the text, not empty
     */
    record Text(String text) implements Prompt {

        /**
         * Checks that there is something to send.
         *
         * @param text the text, not empty
         */
        public Text {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the prompt is empty: give the model at least one character");
            }
        }

        @Override
        public String toString() {
            return "Text[" + text.length() + " chars]";
        }
    }

    /**
     * Token ids of the model's own vocabulary; needs {@link Capability#TOKEN_PROMPTS}.
     *
     * @param ids the ids, at least one, none negative
     */
    record Tokens(List<Integer> ids) implements Prompt {

        /**
         * Copies and checks the ids.
         *
         * @param ids the ids, at least one, none negative
         */
        public Tokens {
            ids = List.copyOf(ids);
            if (ids.isEmpty()) {
                throw new IllegalArgumentException("the prompt has no tokens: give at least one id");
            }
            for (int id : ids) {
                if (id < 0) {
                    throw new IllegalArgumentException("the prompt has a negative token id: " + id);
                }
            }
        }

        @Override
        public String toString() {
            return "Tokens[" + ids.size() + "]";
        }
    }

    /**
     * A conversation; needs {@link Capability#CHAT_PROMPTS}. The engine applies its model's chat template.
     *
     * @param messages the turns so far, at least one
     * @param tools what the model may call; empty for none
     */
    record Chat(List<ChatMessage> messages, List<ToolSpec> tools) implements Prompt {

        /**
         * Copies and checks the messages.
         *
         * @param messages the turns so far, at least one
         * @param tools what the model may call; empty for none
         */
        public Chat {
            messages = List.copyOf(messages);
            tools = List.copyOf(tools);
            if (messages.isEmpty()) {
                throw new IllegalArgumentException("the conversation is empty: give at least one message");
            }
        }

        @Override
        public String toString() {
            return "Chat[" + messages.size() + " messages, " + tools.size() + " tools]";
        }
    }

    /**
     * A tool that the model may call.
     *
     * @param name the tool's name
     * @param description what it does, for the model
     * @param parametersSchema a JSON schema of its arguments
     */
    record ToolSpec(String name, String description, String parametersSchema) {

        /**
         * Checks that nothing is null.
         *
         * @param name the tool's name
         * @param description what it does, for the model
         * @param parametersSchema a JSON schema of its arguments
         */
        public ToolSpec {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(description, "description");
            Objects.requireNonNull(parametersSchema, "parametersSchema");
        }

        @Override
        public String toString() {
            return "ToolSpec[" + name + "]";
        }
    }
}
