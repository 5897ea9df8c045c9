package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order tasks were given their places, and whether each was given one in its turn (DSP-03): an interactive task
 * as it came, a batch task as one that came later by the ageing. Thread safety: immutable.
 */
final class FleetTurns {
    /** A place is given, and a moment later the host tells of it, on another thread. */
    private static final long MOMENT = Patience.scaled(Duration.ofMillis(500)).toNanos();

    private final List<Turn> turns = new ArrayList<>();

    /** One task's; the host took it in between two times, and told later that it had a place. */
    private record Turn(FleetTask task, long told, long ageing) {
        boolean isBatch() {
            return task.request().priority() == Priority.BATCH;
        }

        private long late() {
            return isBatch() ? ageing : 0;
        }

        /** Whether the other waited, was before this in the line for sure, and got its place after this. */
        boolean overtook(Turn other) {
            return other.task.notAfter() + other.late() - (task.notBefore() + late()) < 0
                    && other.task.notAfter() - (told - MOMENT) < 0
                    && other.told - (told + MOMENT) > 0;
        }
    }

    FleetTurns(FleetRecord record, List<FleetTask> tasks, Duration ageing) {
        Map<String, FleetTask> byJob = new LinkedHashMap<>();
        tasks.forEach(task -> byJob.put(task.request().jobId(), task));
        for (TaskReport report : record.of(TaskStage.DISPATCHED)) {
            FleetTask task = byJob.get(report.jobId());
            turns.add(new Turn(task, task.notBefore() + report.elapsed().toNanos(), ageing.toNanos()));
        }
    }

    /** Who was overtaken, and by whom. */
    List<String> overtaken() {
        List<String> faults = new ArrayList<>();
        for (Turn first : turns) {
            for (Turn second : turns) {
                if (first.overtook(second)) {
                    faults.add(second.task + " by " + first.task);
                }
            }
        }
        return faults;
    }

    /** How many tasks had got places when the last of this priority did. */
    int last(Priority priority) {
        int last = 0;
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).task.request().priority() == priority) {
                last = i + 1;
            }
        }
        return last;
    }
}
