package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * <p>Thread safety: immutable. {@code toString} shows sizes, never content.
 *
 * @param role who speaks
 * @param content what is said, in order; at least one part
 */
public record ChatMessage(Role role, List<Content> content) {

    /**
     * Copies and checks the content.
     *
     * @param role who speaks
     * @param content what is said, in order; at least one part
     */
    public ChatMessage {
        Objects.requireNonNull(role, "role");
        content = List.copyOf(content);
        if (content.isEmpty()) {
            throw new IllegalArgumentException("the message has no content: give at least one part");
        }
    }

    /**
     * Makes a message of one text.
     *
     * @param role who speaks
     * @param text what is said
     * @return the message
     */
    public static ChatMessage of(Role role, String text) {
        return new ChatMessage(role, List.of(new Content.Text(text)));
    }

    @Override
    public String toString() {
        return role + "[" + content.size() + " parts]";
    }

    /** Who speaks. */
    public enum Role {
        /** Instructions that hold for the whole conversation. */
        SYSTEM,
        /** The person, or program, that asks. */
        USER,
        /** The model. */
        ASSISTANT,
        /** A tool that the model called. */
        TOOL
    }

    /** A part of a message. */
    public sealed interface Content {

        /**
         * Words.
         *
         * @param text the text
         */
        record Text(String text) implements Content {

            /**
             * Checks that nothing is null.
             *
             * @param text the text
             */
            public Text {
                Objects.requireNonNull(text, "text");
            }

            @Override
            public String toString() {
                return "Text[" + text.length() + " chars]";
            }
        }

        /**
         * A picture or a sound; needs {@link Capability#MEDIA}.
         *
         * @param mimeType the type, such as {@code image/png} or {@code audio/wav}
         * @param base64 the bytes in Base64
         */
        record Media(String mimeType, String base64) implements Content {

            /**
             * Checks that nothing is null.
             *
             * @param mimeType the type, such as {@code image/png} or {@code audio/wav}
             * @param base64 the bytes in Base64
             */
            public Media {
                Objects.requireNonNull(mimeType, "mimeType");
                Objects.requireNonNull(base64, "base64");
            }

            @Override
            public String toString() {
                return "Media[" + mimeType + "]";
            }
        }

        /**
         * A call that the model made in an earlier turn.
         *
         * @param id the call's id
         * @param name the tool's name
         * @param argumentsJson the arguments, a JSON object
         */
        record ToolUse(String id, String name, String argumentsJson) implements Content {

            /**
             * Checks that nothing is null.
             *
             * @param id the call's id
             * @param name the tool's name
             * @param argumentsJson the arguments, a JSON object
             */
            public ToolUse {
                Objects.requireNonNull(id, "id");
                Objects.requireNonNull(name, "name");
                Objects.requireNonNull(argumentsJson, "argumentsJson");
            }

            @Override
            public String toString() {
                return "ToolUse[" + name + "]";
            }
        }

        /**
         * What a tool answered.
         *
         * @param callId the id of the call that it answers
         * @param text the answer
         */
        record ToolResult(String callId, String text) implements Content {

            /**
             * Checks that nothing is null.
             *
             * @param callId the id of the call that it answers
             * @param text the answer
             */
            public ToolResult {
                Objects.requireNonNull(callId, "callId");
                Objects.requireNonNull(text, "text");
            }

            @Override
            public String toString() {
                return "ToolResult[" + text.length() + " chars]";
            }
        }
    }
}
