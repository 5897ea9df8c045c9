package io.llamaorch.adapter.llamacpp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Answers that were recorded from a llama.cpp server. */
public final class Transcripts {

    private Transcripts() {}

    /** The body of a recorded answer. */
    public static byte[] body(String name) {
        return raw(name + ".body");
    }

    /** A recorded answer as it was sent: head, framing and all. */
    public static byte[] raw(String name) {
        try (InputStream in = Transcripts.class.getResourceAsStream("/transcripts/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same as text. */
    public static String text(String name) {
        return new String(body(name), StandardCharsets.UTF_8);
    }
}
