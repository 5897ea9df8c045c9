package io.llamaorch.adapter.registry;

import java.util.Optional;

/**
 * Allows or denies where a host may connect to (SEC-07). It is asked before an adapter is made, so a denied destination
 * is never connected to.
 *
 * <p>Thread safety: safe for concurrent use.
 */
@FunctionalInterface
public interface DestinationPolicy {

    /**
     * Judges a replica that is to be bound.
     *
     * @param spec the replica, with the URL that its adapter would connect to
     * @return why it may not be connected to, for whoever binds it; empty if it may. What this throws denies it too. It is
     *     called on the thread that binds, under no lock, and may block
     */
    Optional<String> denies(ReplicaSpec spec);
}
