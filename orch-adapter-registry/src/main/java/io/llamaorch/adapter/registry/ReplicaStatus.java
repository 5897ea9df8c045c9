package io.llamaorch.adapter.registry;

/**
 * How a replica is now.
 *
 * <p>Thread safety: immutable.
 *
 * @param spec what was bound
 * @param state where it is in its life
 * @param running how many streams of this host run on it
 * @param reason what put it into its state, in one line; empty if nothing happened yet
 */
public record ReplicaStatus(ReplicaSpec spec, ReplicaState state, int running, String reason) {}
