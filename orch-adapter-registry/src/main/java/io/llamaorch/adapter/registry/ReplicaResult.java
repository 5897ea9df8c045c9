package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.WorkerError;

/**
 * What one replica of a pool answered: each has its own result, so that one that is dead hides no other.
 *
 * <p>Thread safety: immutable.
 *
 * @param <T> what was asked for
 */
public sealed interface ReplicaResult<T> {

    /**
     * An answer.
     *
     * @param value the answer
     * @param <T> what was asked for
     */
    record Known<T>(T value) implements ReplicaResult<T> {}

    /**
     * No answer.
     *
     * @param error why
     * @param <T> what was asked for
     */
    record Failed<T>(WorkerError error) implements ReplicaResult<T> {}
}
