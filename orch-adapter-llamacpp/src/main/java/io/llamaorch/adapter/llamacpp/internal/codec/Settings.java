package io.llamaorch.adapter.llamacpp.internal.codec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Settings of a request or a server as the fingerprint shows them (DET-03): each by its name, numbers as short as the
 * engine's own precision allows, so that 0.8 and the 0.800000011920929 that the engine makes of it are the same. Texts
 * may be a user's own (a stop string, a grammar), so they are shown by the beginning of their SHA-256 only.
 */
final class Settings {

    /** Lists of names, which are worth reading. */
    private static final Set<String> SHOWN = Set.of("samplers");

    /** Settings that change nothing of what is generated, or that each request sets. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "max_tokens",
            "n_predict",
            "stream",
            "n_probs",
            "timings_per_token",
            "return_progress",
            "sse_ping_interval",
            "post_sampling_probs",
            "chat_format",
            "reasoning_format",
            "reasoning_in_content",
            "generation_prompt",
            "n_ctx",
            "model",
            "prompt",
            "id",
            "id_task",
            "state",
            "is_processing");

    private static final int DIGEST_SHOWN = 6;
    private static final float LARGEST_EXACT = 1 << 24;

    private Settings() {}

    /** Whether a setting can change what is generated, as far as is known. */
    static boolean matters(String name) {
        return !WITHOUT_EFFECT.contains(name);
    }

    /** The members of the object that a document is. */
    static Map<String, String> of(byte[] document) {
        Map<String, String> settings = new LinkedHashMap<>();
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), document)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                settings.put(name, value(name, json, json.nextToken()));
            }
        }
        return settings;
    }

    private static String value(String name, JsonParser json, JsonToken first) {
        if (!first.isStructStart()) {
            return first == JsonToken.VALUE_STRING && !SHOWN.contains(name) ? hidden(json.getString()) : text(json);
        }
        StringJoiner parts = new StringJoiner(";");
        boolean texts = false;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (!token.isStructStart() && !token.isStructEnd()) {
                texts |= token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
                parts.add(token == JsonToken.PROPERTY_NAME ? json.currentName() : text(json));
            }
        }
        return texts && !SHOWN.contains(name) ? hidden(parts.toString()) : parts.toString();
    }

    /** A scalar value as a person would write it. */
    static String text(JsonParser value) {
        return value.currentToken() == JsonToken.VALUE_NUMBER_FLOAT
                ? number(value.getDoubleValue())
                : value.getValueAsString("");
    }

    private static String number(double value) {
        float told = (float) value;
        return told == Math.rint(told) && Math.abs(told) < LARGEST_EXACT ? "" + (long) told : "" + told;
    }

    private static String hidden(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256 " + HexFormat.of().formatHex(digest).substring(0, DIGEST_SHOWN);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
