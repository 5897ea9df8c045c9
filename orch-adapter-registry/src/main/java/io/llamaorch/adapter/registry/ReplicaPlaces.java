package io.llamaorch.adapter.registry;

/**
 * A replica's places for running streams, as its host counts them (DSP-03).
 *
 * <p>Thread safety: immutable.
 *
 * @param share how many streams of this host may run on it at once
 * @param running how many do
 * @param quarantined how many places are kept free, because their streams ended without proof that the engine has let go,
 *     or run on at the same engine for a replica that this one has replaced, or because the one that runs must be alone
 */
public record ReplicaPlaces(int share, int running, int quarantined) {

    /** {@return how many more streams could run on it now, 0 or more} */
    public int free() {
        return Math.max(0, share - running - quarantined);
    }
}
