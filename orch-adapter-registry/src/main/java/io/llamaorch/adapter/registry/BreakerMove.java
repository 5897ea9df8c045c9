package io.llamaorch.adapter.registry;

/**
 * A step of a replica's circuit breaker (DSP-06).
 *
 * <p>Thread safety: immutable.
 *
 * @param spec the replica
 * @param from the state that it left
 * @param to the state that it is in since
 * @param cause what made it move, in one line
 */
public record BreakerMove(ReplicaSpec spec, BreakerState from, BreakerState to, String cause) {

    @Override
    public String toString() {
        return "breaker of " + spec + ": " + from + " to " + to + ", " + cause;
    }
}
