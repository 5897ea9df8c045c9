package io.llamaorch.adapter.registry;

/**
 * A step in the life of a replica (LIF-01).
 *
 * <p>Thread safety: immutable.
 *
 * @param spec what was bound
 * @param from the state that it left
 * @param to the state that it is in since
 * @param cause what made it move, in one line
 */
public record ReplicaMove(ReplicaSpec spec, ReplicaState from, ReplicaState to, String cause) {

    @Override
    public String toString() {
        return spec + ": " + from + " to " + to + ", " + cause;
    }
}
