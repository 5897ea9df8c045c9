package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.ErrorCode;
import java.util.Optional;
import java.util.function.Function;

/**
 * One request to one path, how its answer is read, and what its refusals mean.
 *
 * <p>Thread safety: used for one request.
 *
 * @param path the path
 * @param request the request, without what every request has
 * @param ceiling how many bytes the answer may have
 * @param read reads the answer; throws {@link tools.jackson.core.JacksonException} or {@link UnusableAnswerException} if it
 *     is not what was asked for
 * @param lacking what to do about an engine that does not know the path, or was not started for it
 * @param oversize what to do about an answer that is larger than the ceiling
 * @param refusal tells what a failure with the engine's own words means on this path
 */
record Question<T>(
        String path,
        WireRequest.Builder request,
        int ceiling,
        Function<byte[], T> read,
        String lacking,
        String oversize,
        Refusals refusal) {

    private static final String ANOTHER_SERVER = "is this the URL of a llama.cpp server?";

    /** Tells more of an engine's own failure than its status does. */
    @FunctionalInterface
    interface Refusals {

        /** Of a path whose failures mean what their status says. */
        Refusals NONE = (status, said) -> Optional.empty();

        /** What it means; empty for what the status says. */
        Optional<Meaning> meaning(int status, EngineError said);
    }

    /** What a failure means, and what to do about it. */
    record Meaning(ErrorCode code, String what, String remedy) {}

    static <T> Question<T> get(String path, int ceiling, Function<byte[], T> read, String lacking) {
        return new Question<>(path, WireRequest.get(path), ceiling, read, lacking, ANOTHER_SERVER, Refusals.NONE);
    }

    static <T> Question<T> post(String path, byte[] body, int ceiling, Function<byte[], T> read, String lacking) {
        return new Question<>(
                path,
                WireRequest.post(path).body("application/json", body),
                ceiling,
                read,
                lacking,
                ANOTHER_SERVER,
                Refusals.NONE);
    }

    Question<T> whoseRefusalsMean(Refusals meanings) {
        return new Question<>(path, request, ceiling, read, lacking, oversize, meanings);
    }

    Question<T> whoseSizeMeans(String remedy) {
        return new Question<>(path, request, ceiling, read, lacking, remedy, refusal);
    }
}
