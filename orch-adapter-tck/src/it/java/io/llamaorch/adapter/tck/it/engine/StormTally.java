package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a host tells of a storm, counted: of tasks by their stages, and of attempts by how each ended and where.
 *
 * <p>Thread safety: calls are serial while the storm lasts; what was counted may be read when all was told.
 */
final class StormTally implements HostListener {

    /** How an attempt ended that ended well. */
    static final String WELL = "WELL";

    private static final String CANCELLED = "CANCELLED";

    private final Map<TaskStage, Integer> stages = new TreeMap<>();
    private final Map<String, String> endings = new HashMap<>();
    private final Map<String, String> places = new HashMap<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private final Set<String> spoke = new HashSet<>();
    private volatile int over;

    @Override
    public void onTask(TaskReport report) {
        stages.merge(report.stage(), 1, Integer::sum);
        String attempt = report.jobId() + " " + report.attempt();
        switch (report.stage()) {
            case DISPATCHED ->
                places.put(attempt, report.replica().orElseThrow().replica());
            case RETRIED -> {
                assertTrue(report.timeToFirstToken().isEmpty(), "retried after a token: " + report);
                endings.put(attempt, report.error().orElseThrow().code().toString());
            }
            case FAILED -> {
                WorkerError error = report.error().orElseThrow();
                failures.merge(error.code() + (report.attempt() == 0 ? " (no attempt)" : ""), 1, Integer::sum);
                // one that was retried and then not placed has told its attempt's end already
                endings.putIfAbsent(attempt, ofAttempt(error).toString());
            }
            case ENDED -> endings.put(attempt, WELL);
            case CANCELLED -> {
                endings.putIfAbsent(attempt, CANCELLED);
                if (report.timeToFirstToken().isPresent()) {
                    spoke.add(attempt);
                }
            }
            default -> {
                // says nothing about an attempt's end
            }
        }
        over = stages(TaskStage.ENDED) + stages(TaskStage.FAILED) + stages(TaskStage.CANCELLED);
    }

    /** What the last attempt of a task ended with, which the task's own error may only contain. */
    private static ErrorCode ofAttempt(WorkerError error) {
        return error.code() == ErrorCode.REPLICA_EXHAUSTED
                ? ((WorkerException) error.cause().orElseThrow()).error().code()
                : error.code();
    }

    int over() {
        return over;
    }

    int stages(TaskStage stage) {
        return stages.getOrDefault(stage, 0);
    }

    Map<TaskStage, Integer> stages() {
        return stages;
    }

    Map<String, Integer> failures() {
        return failures;
    }

    /**
     * Holds what the host told of a replica against what its engine counted. Each request that came is one attempt; it
     * ended with what the engine did to it, or its caller left before. So of each ending the engine counts as many as the
     * host, and those of the cancelled: in all as many as were cancelled. Not known is only of those that were cancelled
     * before their first token whether their request had left; all others are counted exactly.
     */
    void assertAgrees(String replica, int requests, Map<String, Integer> engines) {
        Map<String, Integer> hosts = new TreeMap<>();
        int spokeHere = 0;
        for (Map.Entry<String, String> attempt : places.entrySet()) {
            if (attempt.getValue().equals(replica)) {
                hosts.merge(endings.getOrDefault(attempt.getKey(), "NONE"), 1, Integer::sum);
                spokeHere += spoke.contains(attempt.getKey()) ? 1 : 0;
            }
        }
        String both = replica + ": host " + hosts + ", engine " + requests + " " + engines;
        int cancelled = hosts.getOrDefault(CANCELLED, 0);
        int struck = 0;
        hosts.remove(CANCELLED);
        for (Map.Entry<String, Integer> ending : hosts.entrySet()) {
            int least = ending.getValue();
            int counted = engines.getOrDefault(ending.getKey(), 0);
            assertTrue(counted >= least && counted <= least + cancelled, ending.getKey() + " at " + both);
            struck += least;
        }
        int ofCancelled = requests - struck;
        assertTrue(ofCancelled >= spokeHere && ofCancelled <= cancelled, "requests of cancelled tasks at " + both);
    }
}
