package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Urls;
import java.util.Optional;

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
public record ReplicaStatus(ReplicaSpec spec, ReplicaState state, int running, String reason) {

    /** {@return the pool} */
    public String pool() {
        return spec.pool();
    }

    /** {@return the replica's id} */
    public String replica() {
        return spec.replica();
    }

    /** {@return the engine's name} */
    public String engine() {
        return spec.engine();
    }

    /** {@return the engine's base URL as it may be shown, without credentials (SEC-01)} */
    public Optional<String> url() {
        return spec.url().map(Urls::shown);
    }
}
