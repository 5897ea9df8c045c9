package io.llamaorch.adapter.tck;

/**
 * A client that closed its connection, or its half of it, before the engine did.
 *
 * <p>Thread safety: immutable.
 *
 * @param reset whether it was a TCP reset rather than an orderly close
 * @param nanoTime when the engine saw it, by {@link System#nanoTime()}
 */
public record ClientDeparture(boolean reset, long nanoTime) {}
