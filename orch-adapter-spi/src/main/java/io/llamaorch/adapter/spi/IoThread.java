package io.llamaorch.adapter.spi;

/**
 * Marks the thread class of an adapter's I/O threads. Waiting on such a thread would stop every stream that it serves,
 * so the blocking view of a stream refuses to ({@link TokenStream#iterator()}).
 *
 * <p>Thread safety: immutable; it has no state.
 */
public interface IoThread {}
