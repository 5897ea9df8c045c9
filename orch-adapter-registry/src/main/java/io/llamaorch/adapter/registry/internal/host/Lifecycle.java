package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.internal.OneLine;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state machine of a replica (LIF-01): STARTING, then READY and UNREADY in turns, then DRAINING and CLOSED; or FAILED.
 * A state and its reason change together, each move is told with its cause and in order, and a replica that drains never
 * becomes ready again.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Lifecycle {

    /** The reason of the first state. */
    static final String STARTING_REASON = "its adapter is being made";

    private static final Set<ReplicaState> ALIVE =
            EnumSet.of(ReplicaState.STARTING, ReplicaState.READY, ReplicaState.UNREADY);

    private final HealthPolicy policy;
    private final Moves moves;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Now now = new Now(ReplicaState.STARTING, STARTING_REASON, 0);

    // Written under the lock: looks in a row that went the same way, while the state says otherwise.
    private volatile int misses;
    private int hits;

    /**
     * A state.
     *
     * @param state the state
     * @param reason what put it there; empty while it is ready
     * @param failures how often it was found not ready: a success that began before the latest one proves nothing
     */
    record Now(ReplicaState state, String reason, int failures) {}

    /** Who is told of moves. */
    interface Moves {

        /** Takes a move down, in the order in which they happen; must be quick and call nobody. */
        void add(ReplicaState from, ReplicaState to, String cause);

        /** Tells what was taken down. */
        void tell();
    }

    Lifecycle(HealthPolicy policy, Moves moves) {
        this.policy = policy;
        this.moves = moves;
    }

    Now now() {
        return now;
    }

    boolean is(ReplicaState state) {
        return now.state == state;
    }

    /** Whether it may be given work, now or when it is ready again. */
    boolean isAlive() {
        return ALIVE.contains(now.state);
    }

    /** Its adapter was made. Tells nobody yet: see {@link #tell}. */
    void started() {
        lock.lock();
        try {
            move(EnumSet.of(ReplicaState.STARTING), ReplicaState.READY, "its adapter was made");
        } finally {
            lock.unlock();
        }
    }

    /** Tells of moves that were not told yet. */
    void tell() {
        moves.tell();
    }

    /** Its adapter could not be made. */
    void failed(String why) {
        move(EnumSet.of(ReplicaState.STARTING), ReplicaState.FAILED, why);
    }

    /** A look found it ready that began when there had been so many failures. */
    void foundReady(int failuresBefore, String why) {
        recovered(failuresBefore, policy.successThreshold(), "a health check found it ready: " + why);
    }

    /** A task ended well that began when there had been so many failures. */
    void served(int failuresBefore) {
        recovered(failuresBefore, 1, "it served a task");
    }

    private void recovered(int failuresBefore, int threshold, String why) {
        if (misses == 0 && !is(ReplicaState.UNREADY)) {
            return; // nearly always
        }
        lock.lock();
        try {
            if (now.failures != failuresBefore) {
                return;
            }
            misses = 0;
            if (is(ReplicaState.UNREADY) && ++hits >= threshold) {
                move(EnumSet.of(ReplicaState.UNREADY), ReplicaState.READY, why);
            }
        } finally {
            lock.unlock();
        }
        moves.tell();
    }

    /** It refused a connection, or said itself that it is not ready: that counts at once. */
    void refused(String why) {
        foundUnready(why, 1);
    }

    /** A look failed in another way: so many in a row count. */
    void missed(String why) {
        foundUnready(why, policy.failureThreshold());
    }

    private void foundUnready(String why, int threshold) {
        lock.lock();
        try {
            hits = 0;
            int missed = misses + 1;
            misses = missed;
            if (now.state == ReplicaState.UNREADY) {
                now = new Now(now.state, OneLine.of(why), now.failures + 1);
            } else if (missed >= threshold) {
                move(EnumSet.of(ReplicaState.READY), ReplicaState.UNREADY, why);
            }
        } finally {
            lock.unlock();
        }
        moves.tell();
    }

    /** It was taken away. */
    void draining(String why) {
        move(ALIVE, ReplicaState.DRAINING, why);
    }

    /** Its adapter was closed, or was left to itself. */
    void closed(String why) {
        move(EnumSet.of(ReplicaState.DRAINING), ReplicaState.CLOSED, why);
    }

    private void move(Set<ReplicaState> from, ReplicaState to, String why) {
        String cause = OneLine.of(why);
        boolean moved;
        lock.lock();
        try {
            Now was = now;
            moved = from.contains(was.state);
            if (moved) {
                int failures = to == ReplicaState.UNREADY ? was.failures + 1 : was.failures;
                now = new Now(to, to == ReplicaState.READY ? "" : cause, failures);
                misses = 0;
                hits = 0;
                moves.add(was.state, to, cause);
            }
        } finally {
            lock.unlock();
        }
        if (moved && !lock.isHeldByCurrentThread()) {
            moves.tell();
        }
    }
}
