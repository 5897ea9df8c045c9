package io.llamaorch.adapter.registry;

/**
 * Whether a replica would be chosen now, and why or why not (DSP-08).
 *
 * <p>Thread safety: immutable.
 *
 * @param status how the replica is
 * @param places its places
 * @param verdict whether it would be chosen
 * @param why the reason, in one line
 */
public record ReplicaExplanation(ReplicaStatus status, ReplicaPlaces places, Verdict verdict, String why) {

    /** What the choice makes of a replica. */
    public enum Verdict {
        /** A task that came now would go here. */
        CHOSEN,
        /** It could take a task, but another is better. */
        POSSIBLE,
        /** It could take a task if it had a free place: tasks wait for it. */
        FULL,
        /** It gets no task now. */
        UNREADY,
        /** It could not serve the task that was asked about. */
        UNABLE
    }
}
