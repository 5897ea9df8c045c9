package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns every way in which an engine fails into one error of the taxonomy (ERR-01 to 03), with a message that says what
 * to do.
 *
 * <p>Thread safety: immutable.
 */
public final class Failures {

    private static final int LONGEST_RETRY_AFTER_DIGITS = 6;

    /** How many characters of an engine's words a message quotes; the excerpt has more of them. */
    private static final int LONGEST_QUOTE = 256;

    /** What would not stay in one line, or would not be seen. */
    private static final Pattern NOT_IN_A_LINE = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]+");

    private final String place;
    private final Optional<Secret> token;

    /**
     * Makes the mapping for one engine.
     *
     * @param place the engine's address, for messages; without secrets
     * @param token the credential that the engine is sent, so that it is not told even if the engine repeats it
     */
    public Failures(String place, Optional<Secret> token) {
        this.place = place;
        this.token = token;
    }

    /**
     * Maps an answer whose status is not 200.
     *
     * @param head the answer's head
     * @param body its body, or the beginning of it
     * @return the error
     */
    public WorkerError answer(ResponseHead head, byte[] body) {
        byte[] readable = head.isCompressed() ? new byte[0] : body;
        Optional<EngineError> said = EngineError.in(readable);
        WorkerError.Builder error = status(head.status(), said.orElse(null))
                .excerpt(withoutToken(
                        said.map(EngineError::message).orElseGet(() -> new String(readable, StandardCharsets.UTF_8))));
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
        return status(said.code(), said).excerpt(withoutToken(said.message())).build();
    }

    /**
     * A credential that cannot be sent.
     *
     * @param why what its source, or the wire, says against it
     * @return the error
     */
    public WorkerError unusableToken(RuntimeException why) {
        return builder(
                        ErrorCode.UNAUTHORIZED,
                        "the token for " + place + " cannot be used (" + quote(String.valueOf(why.getMessage()))
                                + "): give one that can be read and sent")
                .cause(why)
                .build();
    }

    /**
     * Maps a failure of the connection.
     *
     * @param failure what the wire tells
     * @return the error
     */
    public WorkerError wire(WireFailure failure) {
        return wire(failure, "health-timeout");
    }

    /**
     * Maps a failure of the connection.
     *
     * @param failure what the wire tells
     * @param limitOption the option that sets how long this exchange may take
     * @return the error
     */
    public WorkerError wire(WireFailure failure, String limitOption) {
        WorkerError.Builder error = switch (failure.kind()) {
            case NAME_LOOKUP, REFUSED, UNREACHABLE, CONNECT_TIMEOUT ->
                builder(
                        ErrorCode.POOL_UNAVAILABLE,
                        failure.message() + ": check the URL, and that the server is running"
                                + (failure.kind() == WireFailure.Kind.CONNECT_TIMEOUT ? " (connect-timeout)" : ""));
            case TLS -> builder(ErrorCode.POOL_UNAVAILABLE, failure.message());
            case CLOSED -> builder(ErrorCode.POOL_UNAVAILABLE, failure.message() + ": submit to another adapter");
            case TIMEOUT ->
                builder(
                        ErrorCode.DECODE_TIMEOUT,
                        failure.message() + ": it hangs or is overloaded (" + limitOption + ")");
            case RESET ->
                builder(
                        ErrorCode.WORKER_RESET,
                        failure.message() + ": the server died, or something between closed the connection");
            case MALFORMED, TOO_LARGE ->
                builder(ErrorCode.PROTOCOL, failure.message() + ": is this the URL of a llama.cpp server?");
            case INTERNAL ->
                builder(ErrorCode.INTERNAL, failure.message() + ": this is the adapter's fault, or its JVM's");
        };
        if (failure.cause() != null) {
            error.cause(failure.cause());
        }
        return error.build();
    }

    /**
     * A failure that one path explains better than its status does.
     *
     * @param code what it is
     * @param what what happened, to follow the engine's address
     * @param remedy what to do
     * @param said what the engine said; may be empty
     * @return the error
     */
    public WorkerError explained(ErrorCode code, String what, String remedy, String said) {
        return builder(code, place + " " + what + (said.isEmpty() ? "" : ": " + quote(said)) + ": " + remedy)
                .excerpt(withoutToken(said))
                .build();
    }

    /**
     * An answer that began well and is not what was asked for.
     *
     * @param what what it is instead
     * @param said what came; may be empty
     * @return the error, with the beginning of what came
     */
    public WorkerError protocol(String what, String said) {
        return builder(
                        ErrorCode.PROTOCOL,
                        place + " answered with " + what + ": is this the URL of a llama.cpp server?")
                .excerpt(withoutToken(said))
                .build();
    }

    /** {@return the error of a stream whose body ended without the engine's end marker} */
    public WorkerError cutCleanly() {
        return builder(
                        ErrorCode.WORKER_RESET,
                        place
                                + " ended the stream without its end marker: the server was stopped, or cancelled the job")
                .build();
    }

    /**
     * A model that is not served.
     *
     * @param asked the task's model
     * @param served what is served instead
     * @return the error
     */
    public WorkerError modelNotFound(String asked, Iterable<String> served) {
        String names = quote(String.join(", ", served));
        return builder(
                        ErrorCode.NOT_FOUND,
                        place + " does not serve model '" + asked + "': "
                                + (names.isEmpty() ? "it does not tell what it serves" : "it serves " + names))
                .build();
    }

    /**
     * A prompt that is too long, as is known before it is sent.
     *
     * @param promptTokens how long it is
     * @param contextLength how long it may be, and one token less
     * @return the error
     */
    public WorkerError promptTooLong(int promptTokens, int contextLength) {
        return contextExceeded("the prompt has " + promptTokens + " tokens and the context " + contextLength)
                .build();
    }

    /**
     * A pin to a slot that is not there.
     *
     * @param slot the slot
     * @param slots how many there are
     * @return the error
     */
    public WorkerError noSuchSlot(int slot, int slots) {
        return builder(
                        ErrorCode.INVALID_PARAMS,
                        "the task is pinned to slot " + slot + ", and " + place + " has " + slots
                                + " slots, counted from 0")
                .build();
    }

    /**
     * A medium that the model takes none of.
     *
     * @param modality what the model lacks, by the engine's name for it
     * @return the error
     */
    public WorkerError modalityMissing(String modality) {
        boolean sees = modality.equals(MediaParts.VISION);
        return builder(
                        ErrorCode.UNSUPPORTED,
                        "the model of " + place + " takes no " + (sees ? "pictures" : "sounds")
                                + " (its properties do not tell the modality " + modality
                                + "): leave them out, or start the server with a model for them and its --mmproj")
                .build();
    }

    private WorkerError.Builder status(int status, @Nullable EngineError said) {
        String words = said == null || said.message().isEmpty() ? "" : ": " + quote(said.message());
        if (said != null && said.type().equals("exceed_context_size_error")) {
            return contextExceeded(said);
        }
        return switch (status) {
            case 401, 403 ->
                builder(
                        ErrorCode.UNAUTHORIZED,
                        place + " refused " + credential() + " (" + status + ")" + words
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
                said == null || !said.isEnvelope()
                        ? builder(
                                ErrorCode.POOL_UNAVAILABLE,
                                place + " failed (500) and did not say why" + words + ": see its log")
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
        return contextExceeded(
                said.promptTokens() >= 0 && said.contextLength() >= 0
                        ? "the prompt has " + said.promptTokens() + " tokens and the context " + said.contextLength()
                        : quote(said.message()));
    }

    private WorkerError.Builder contextExceeded(String lengths) {
        return builder(
                ErrorCode.CONTEXT_EXCEEDED,
                place + " cannot take the prompt: " + lengths
                        + ": shorten it, or start the server with a larger context per slot");
    }

    private WorkerError.Builder builder(ErrorCode code, String message) {
        return WorkerError.builder(
                code, NOT_IN_A_LINE.matcher(withoutToken(message)).replaceAll(" "));
    }

    /** The credential in words, by its fingerprint only (SEC-01). */
    private String credential() {
        try {
            return token.isEmpty() ? "a request without a token" : "the token " + token.get();
        } catch (RuntimeException unreadable) {
            return "the token";
        }
    }

    private String quote(String words) {
        String safe = withoutToken(words);
        if (safe.length() <= LONGEST_QUOTE) {
            return safe;
        }
        int end = Character.isHighSurrogate(safe.charAt(LONGEST_QUOTE - 1)) ? LONGEST_QUOTE - 1 : LONGEST_QUOTE;
        return safe.substring(0, end) + "…";
    }

    private String withoutToken(String text) {
        if (token.isEmpty()) {
            return text;
        }
        try {
            return text.replace(token.get().reveal(), token.get().toString());
        } catch (RuntimeException unreadable) {
            return text; // nor was it sent
        }
    }

    private static Optional<Duration> seconds(String value) {
        return value.length() <= LONGEST_RETRY_AFTER_DIGITS
                        && value.chars().allMatch(c -> c >= '0' && c <= '9')
                        && !value.isEmpty()
                ? Optional.of(Duration.ofSeconds(Integer.parseInt(value)))
                : Optional.empty();
    }
}
