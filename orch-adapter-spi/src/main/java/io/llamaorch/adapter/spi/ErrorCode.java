package io.llamaorch.adapter.spi;

import java.util.Locale;

/**
 * The closed set of ways in which a task can fail. The code is contract: hosts route, retry and alert on it; the text
 * beside it may change. Each is described, with cause and remedy, in {@code docs/errors.md}.
 *
 * <p>Thread safety: immutable.
 */
public enum ErrorCode {
    /** The request itself is wrong; sending it again unchanged fails again. */
    INVALID_PARAMS(false),
    /** The prompt, or prompt and answer together, do not fit into the engine's context. */
    CONTEXT_EXCEEDED(false),
    /** The engine, or this adapter, cannot do what was asked. */
    UNSUPPORTED(false),
    /** The engine refused the credential. */
    UNAUTHORIZED(false),
    /** The pool, the model or the path asked for does not exist. */
    NOT_FOUND(false),
    /** There is no room for the task now. */
    ADMISSION_REJECT(true),
    /** The engine answers but cannot serve yet, as while it loads its model. */
    POOL_UNREADY(true),
    /** The engine cannot be reached, or is shutting down. */
    POOL_UNAVAILABLE(true),
    /** The task was tried on several replicas and failed on each, and no attempt is left. */
    REPLICA_EXHAUSTED(true),
    /** The task's deadline, or the limit of the whole call, passed. */
    DEADLINE_UNMET(false),
    /** The engine was silent for longer than a limit allows. */
    DECODE_TIMEOUT(true),
    /** The connection was cut before the engine's own end marker. */
    WORKER_RESET(true),
    /** The engine answered something that is not its protocol. */
    PROTOCOL(false),
    /** A fault inside the engine, the adapter or the host. */
    INTERNAL(false);

    private final boolean retriable;

    ErrorCode(boolean retriable) {
        this.retriable = retriable;
    }

    /**
     * {@return whether a failure with this code may be repeated, as long as no token was delivered}
     *
     * @see WorkerError#retriable()
     */
    public boolean retriable() {
        return retriable;
    }

    /** {@return where the code is described, such as {@code docs/errors.md#worker_reset}; messages end with it} */
    public String anchor() {
        return "docs/errors.md#" + name().toLowerCase(Locale.ROOT);
    }
}
