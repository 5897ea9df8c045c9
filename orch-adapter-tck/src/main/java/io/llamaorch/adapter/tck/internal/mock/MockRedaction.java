package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.Optional;

/**
 * Takes the credential out of what the engine said, should it repeat it (SEC-01).
 *
 * <p>Thread safety: safe for concurrent use.
 *
 * @param token the credential, if the adapter has one
 */
record MockRedaction(Optional<Secret> token) {

    WorkerError of(WorkerError error) {
        if (token.isEmpty() || error.excerpt().isEmpty()) {
            return error;
        }
        try {
            String hidden =
                    error.excerpt().replace(token.get().reveal(), token.get().toString());
            return error.toBuilder().excerpt(hidden).build();
        } catch (RuntimeException unreadable) { // then it was not sent either
            return error;
        }
    }
}
