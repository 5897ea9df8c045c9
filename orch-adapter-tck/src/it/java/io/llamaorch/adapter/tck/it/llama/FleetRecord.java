package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.ReplicaMove;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that a host tells of its replicas and tasks, in its order. Thread safety: safe for concurrent use. */
final class FleetRecord implements HostListener {
    private final Queue<TaskReport> reports = new ConcurrentLinkedQueue<>();
    private final Queue<Moved> moves = new ConcurrentLinkedQueue<>();

    /** A move, and when it was told. */
    record Moved(ReplicaMove move, long at) {
        boolean is(String replica, ReplicaState to) {
            return move.spec().replica().equals(replica) && move.to() == to;
        }
    }

    @Override
    public void onTask(TaskReport report) {
        reports.add(report);
    }

    @Override
    public void onMove(ReplicaMove move) {
        moves.add(new Moved(move, System.nanoTime()));
    }

    /** The reports of a stage. */
    List<TaskReport> of(TaskStage stage) {
        return reports.stream().filter(report -> report.stage() == stage).toList();
    }

    /** How many attempts went to a replica. */
    int dispatched(String replica) {
        return Math.toIntExact(of(TaskStage.DISPATCHED).stream()
                .filter(report -> report.replica().orElseThrow().replica().equals(replica))
                .count());
    }

    /** The moves of a replica to a state. */
    List<Moved> moves(String replica, ReplicaState to) {
        return moves.stream().filter(moved -> moved.is(replica, to)).toList();
    }

    /** How many tasks are over. */
    int over() {
        return of(TaskStage.ENDED).size()
                + of(TaskStage.CANCELLED).size()
                + of(TaskStage.FAILED).size();
    }
}
