package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns every way in which an engine fails into one error of the taxonomy (ERR-01 to 03), with a message that says what
 * to do.
 *
 * <p>Thread safety: immutable.
 */
public final class Failures {

    private static final int LONGEST_RETRY_AFTER_DIGITS = 6;

    private final String place;

    /**
     * Makes the mapping for one engine.
     *
     * @param place the engine's address, for messages; without secrets
     */
    public Failures(String place) {
        this.place = place;
    }

    /**
     * Maps an answer whose status is not 200.
     *
     * @param head the answer's head
     * @param body its body, or the beginning of it
     * @return the error
     */
    public WorkerError answer(ResponseHead head, byte[] body) {
        Optional<EngineError> said = EngineError.in(body);
        WorkerError.Builder error = status(head.status(), said.orElse(null))
                .excerpt(said.map(EngineError::message).orElseGet(() -> new String(body, StandardCharsets.UTF_8)));
        head.header("retry-after").flatMap(Failures::seconds).ifPresent(error::retryAfter);
        return error.build();
    }

    /**
     * Maps an error that came inside a stream.
     *
     * @param said what the engine said
     * @return the error
     */
    public WorkerError inStream(EngineError said) {
        return status(said.code(), said).excerpt(said.message()).build();
    }

    /**
     * Maps a failure of the connection.
     *
     * @param failure what the wire tells
     * @return the error
     */
    public WorkerError wire(WireFailure failure) {
        WorkerError.Builder error = switch (failure.kind()) {
            case NAME_LOOKUP, REFUSED, UNREACHABLE, CONNECT_TIMEOUT ->
                WorkerError.builder(
                        ErrorCode.POOL_UNAVAILABLE,
                        failure.message() + ": check the URL, and that the server is running");
            case CLOSED -> WorkerError.builder(ErrorCode.POOL_UNAVAILABLE, failure.message());
            case TIMEOUT ->
                WorkerError.builder(ErrorCode.DECODE_TIMEOUT, failure.message() + ": it hangs or is overloaded");
            case RESET ->
                WorkerError.builder(
                        ErrorCode.WORKER_RESET,
                        failure.message() + ": the server died, or something between closed the connection");
            case MALFORMED, TOO_LARGE ->
                WorkerError.builder(ErrorCode.PROTOCOL, failure.message() + ": is this the URL of a llama.cpp server?");
            case INTERNAL ->
                WorkerError.builder(
                        ErrorCode.INTERNAL, failure.message() + ": this is the adapter's fault, or its JVM's");
        };
        if (failure.cause() != null) {
            error.cause(failure.cause());
        }
        return error.build();
    }

    /**
     * An answer that began well and is not what was asked for.
     *
     * @param what what it is instead
     * @param excerpt the beginning of what came; may be empty
     * @return the error
     */
    public WorkerError protocol(String what, String excerpt) {
        return WorkerError.builder(
                        ErrorCode.PROTOCOL,
                        place + " answered with " + what + ": is this the URL of a llama.cpp server?")
                .excerpt(excerpt)
                .build();
    }

    /** {@return the error of a stream whose body ended without the engine's end marker} */
    public WorkerError cutCleanly() {
        return WorkerError.of(
                ErrorCode.WORKER_RESET,
                place + " ended the stream without its end marker: the server was stopped, or cancelled the job");
    }

    /**
     * A model that is not served.
     *
     * @param asked the task's model
     * @param served what is served instead
     * @return the error
     */
    public WorkerError modelNotFound(String asked, Iterable<String> served) {
        String names = String.join(", ", served);
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                place + " does not serve model '" + asked + "': "
                        + (names.isEmpty() ? "it does not tell what it serves" : "it serves " + names));
    }

    private WorkerError.Builder status(int status, @Nullable EngineError said) {
        String words = said == null || said.message().isEmpty() ? "" : ": " + said.message();
        if (said != null && said.type().equals("exceed_context_size_error")) {
            return contextExceeded(said);
        }
        return switch (status) {
            case 401, 403 ->
                builder(
                        ErrorCode.UNAUTHORIZED,
                        place + " refused the credential (" + status + ")" + words
                                + ": give the key that the server was started with");
            case 404 ->
                builder(
                        ErrorCode.NOT_FOUND,
                        place + " has no such path (404)" + words + ": check the URL's path and the server's prefix");
            case 409, 425, 429 ->
                builder(
                        ErrorCode.ADMISSION_REJECT,
                        place + " takes no more work now (" + status + ")" + words + ": try later");
            case 501 ->
                builder(
                        ErrorCode.UNSUPPORTED,
                        place + " cannot do this (501)" + words + ": start it with what this needs");
            case 503 -> builder(ErrorCode.POOL_UNREADY, place + " is not ready (503)" + words + ": try again soon");
            case 502, 504 ->
                builder(
                        ErrorCode.POOL_UNAVAILABLE,
                        place + " is a gateway without a server behind it (" + status + ")");
            case 500 ->
                said == null
                        ? builder(ErrorCode.POOL_UNAVAILABLE, place + " failed (500) and did not say why: see its log")
                        : builder(ErrorCode.INTERNAL, place + " failed (500)" + words + ": see its log");
            default -> other(status, words);
        };
    }

    private WorkerError.Builder other(int status, String words) {
        if (status >= 300 && status < 400) {
            return builder(
                    ErrorCode.PROTOCOL,
                    place + " redirects (" + status + "), which is never followed: give the URL that it leads to");
        }
        if (status >= 400 && status < 500) {
            return builder(ErrorCode.INVALID_PARAMS, place + " refused the request (" + status + ")" + words);
        }
        if (status >= 500 && status < 600) {
            return builder(ErrorCode.POOL_UNAVAILABLE, place + " failed (" + status + ")" + words);
        }
        return status == 0 && !words.isEmpty()
                ? builder(ErrorCode.INTERNAL, place + " failed" + words + ": see its log")
                : builder(ErrorCode.PROTOCOL, place + " answered with status " + status + words);
    }

    private WorkerError.Builder contextExceeded(EngineError said) {
        String lengths = said.promptTokens() >= 0 && said.contextLength() >= 0
                ? "the prompt has " + said.promptTokens() + " tokens and the context " + said.contextLength()
                : said.message();
        return builder(
                ErrorCode.CONTEXT_EXCEEDED,
                place + " cannot take the prompt: " + lengths
                        + ": shorten it, or start the server with a larger context per slot");
    }

    private static WorkerError.Builder builder(ErrorCode code, String message) {
        return WorkerError.builder(code, message.replaceAll("\\p{Cntrl}+", " "));
    }

    private static Optional<Duration> seconds(String value) {
        return value.length() <= LONGEST_RETRY_AFTER_DIGITS
                        && value.chars().allMatch(c -> c >= '0' && c <= '9')
                        && !value.isEmpty()
                ? Optional.of(Duration.ofSeconds(Integer.parseInt(value)))
                : Optional.empty();
    }
}
