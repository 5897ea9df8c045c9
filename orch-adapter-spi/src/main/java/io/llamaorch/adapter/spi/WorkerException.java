package io.llamaorch.adapter.spi;

import java.util.Objects;

/**
 * A {@link WorkerError} where only an exception fits: in the stages of {@link WorkerAdapter} and
 * {@link TokenStream#collect()}. Streams carry the error itself, as their terminal event.
 *
 * <p>Thread safety: immutable.
 */
public final class WorkerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Not serialised: an error may hold a cause that cannot be. */
    private final transient WorkerError error;

    /**
     * Wraps an error.
     *
     * @param error what went wrong
     */
    public WorkerException(WorkerError error) {
        super(Objects.requireNonNull(error, "error").toString(), error.cause().orElse(null));
        this.error = error;
    }

    /** {@return what went wrong} */
    public WorkerError error() {
        return error;
    }
}
