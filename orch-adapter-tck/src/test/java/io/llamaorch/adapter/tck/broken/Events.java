package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Events as a broken adapter tells them. */
final class Events {

    private Events() {}

    static boolean failsWith(TokenEvent event, ErrorCode code) {
        return event instanceof TokenEvent.Error error && error.error().code() == code;
    }

    static boolean endedWell(TokenEvent event) {
        return event instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED;
    }

    /** Whether it is an error that the engine stated itself. */
    static boolean isOfTheEngine(TokenEvent event) {
        return failsWith(event, ErrorCode.CONTEXT_EXCEEDED)
                || (event instanceof TokenEvent.Error error
                        && error.error().code() == ErrorCode.INTERNAL
                        && !error.error().excerpt().isEmpty());
    }

    static TokenEvent end(StopReason reason) {
        return new TokenEvent.End(reason, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
    }

    /** Whether it ends an answer above best effort. */
    static boolean isOfALevel(TokenEvent.End end) {
        return end.details()
                .fingerprint()
                .filter(print -> !Determinism.BEST_EFFORT
                        .toString()
                        .equals(print.entries().get("level")))
                .isPresent();
    }

    /** The same end with another fingerprint. */
    static TokenEvent fingerprinted(TokenEvent.End end, UnaryOperator<Map<String, String>> change) {
        EndDetails.Builder details = EndDetails.builder()
                .slot(end.details().slot().orElse(-1))
                .truncated(end.details().truncated());
        end.details().cancelCause().ifPresent(details::cancelCause);
        end.details().stopString().ifPresent(details::stopString);
        end.details()
                .fingerprint()
                .ifPresent(print -> details.fingerprint(Fingerprint.of(change.apply(print.entries()))));
        return new TokenEvent.End(end.reason(), end.usage(), end.timings(), details.build());
    }

    static TokenEvent failure(ErrorCode code, String message) {
        return new TokenEvent.Error(WorkerError.of(code, message));
    }

    /** The same error with another code. */
    static TokenEvent fail(TokenEvent event, ErrorCode code) {
        if (!(event instanceof TokenEvent.Error error)) {
            return event;
        }
        return new TokenEvent.Error(WorkerError.builder(code, error.error().message())
                .engine(error.error().engine())
                .replica(error.error().replica())
                .tokensDelivered(error.error().tokensDelivered())
                .usage(error.error().usage())
                .build());
    }

    /** The same error, with what was sent quoted in it. */
    static TokenEvent quoting(Optional<Secret> sent, TokenEvent event) {
        if (!(event instanceof TokenEvent.Error error) || sent.isEmpty()) {
            return event;
        }
        return new TokenEvent.Error(error.error().toBuilder()
                .excerpt("Authorization: Bearer " + sent.get().reveal())
                .build());
    }
}
