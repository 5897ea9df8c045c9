package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/** Writes the pictures and sounds of a conversation, and tells what a model must be able to do for them. */
public final class MediaParts {

    /** The name under which an engine tells that its model sees. */
    public static final String VISION = "vision";

    /** The name under which an engine tells that its model hears. */
    public static final String AUDIO = "audio";

    private static final Pattern IMAGE = Pattern.compile("image/[a-z0-9][a-z0-9.+-]*");

    /** The formats of sound that the server takes, by their types. */
    private static final Map<String, String> SOUNDS = Map.of(
            "audio/wav", "wav",
            "audio/x-wav", "wav",
            "audio/wave", "wav",
            "audio/vnd.wave", "wav",
            "audio/mpeg", "mp3",
            "audio/mp3", "mp3");

    private MediaParts() {}

    /**
     * Tells what a prompt needs of the model beside words.
     *
     * @param prompt the prompt
     * @return {@link #VISION}, {@link #AUDIO}, both or nothing; in order
     * @throws WorkerException if there is a medium of another kind in it
     */
    public static Set<String> modalities(Prompt prompt) {
        Set<String> needed = new TreeSet<>();
        if (prompt instanceof Prompt.Chat chat) {
            for (ChatMessage message : chat.messages()) {
                for (ChatMessage.Content content : message.content()) {
                    if (content instanceof ChatMessage.Content.Media media) {
                        needed.add(modality(type(media)));
                    }
                }
            }
        }
        return needed;
    }

    /** Writes one as an element of the array that is open. */
    static void write(JsonGenerator json, ChatMessage.Content.Media media) {
        String type = type(media);
        json.writeStartObject();
        if (modality(type).equals(VISION)) {
            json.writeStringProperty("type", "image_url");
            json.writeObjectPropertyStart("image_url");
            json.writeStringProperty("url", "data:" + type + ";base64," + media.base64());
        } else {
            json.writeStringProperty("type", "input_audio");
            json.writeObjectPropertyStart("input_audio");
            json.writeStringProperty("data", media.base64());
            json.writeStringProperty("format", SOUNDS.get(type));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String type(ChatMessage.Content.Media media) {
        return media.mimeType().toLowerCase(Locale.ROOT);
    }

    private static String modality(String type) {
        if (IMAGE.matcher(type).matches()) {
            return VISION;
        }
        if (SOUNDS.containsKey(type)) {
            return AUDIO;
        }
        throw new WorkerException(WorkerError.of(
                ErrorCode.UNSUPPORTED,
                "the adapter for llama.cpp does not support a medium of this type in a message: give a picture (image/…) or"
                        + " a sound (audio/wav or audio/mpeg)"));
    }
}
