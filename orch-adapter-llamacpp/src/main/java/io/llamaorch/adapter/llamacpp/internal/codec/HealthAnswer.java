package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.Set;
import tools.jackson.core.JacksonException;

/** Reads the body of {@code GET /health}. */
public final class HealthAnswer {

    /** Busy is not unhealthy: servers of 2024 said the second when all slots were taken. */
    private static final Set<String> WELL = Set.of("ok", "no slot available");

    private HealthAnswer() {}

    /**
     * Tells whether the body is what a llama.cpp server says when it is well.
     *
     * @param body the body of an answer with status 200
     * @return whether it is
     */
    public static boolean isWell(byte[] body) {
        boolean[] well = new boolean[1];
        try {
            Json.read(body, (path, value) -> {
                if (path.equals("status")) {
                    well[0] = WELL.contains(value.getValueAsString(""));
                }
            });
        } catch (JacksonException e) {
            return false;
        }
        return well[0];
    }
}
