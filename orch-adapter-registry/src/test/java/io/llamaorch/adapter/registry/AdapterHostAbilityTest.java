package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** DSP-01: a task goes to who can serve it, however often engines change what that is. */
@NoLeaks
class AdapterHostAbilityTest extends HostFixture {

    private static final List<String> REPLICAS = List.of("r0", "r1", "r2");

    private final Map<String, String> models = new HashMap<>();

    private Map<String, Verdict> verdicts(String model) {
        Map<String, Verdict> verdicts = new HashMap<>();
        host.explain(POOL, TaskRequest.builder("x").model(model).build())
                .replicas()
                .forEach(each -> verdicts.put(each.status().replica(), each.verdict()));
        return verdicts;
    }

    /** Engines that tell their model as long as there is one written down for them. */
    private void bindAll() {
        fake.eachIs(adapter -> adapter.says("word")
                .propertiesAre(() -> models.containsKey(adapter.config.replica())
                        ? CompletableFuture.completedStage(WorkerProperties.builder()
                                .slots(2)
                                .modelNames(List.of(models.get(adapter.config.replica())))
                                .build())
                        : CompletableFuture.failedStage(new IllegalStateException("it tells nothing now"))));
        REPLICAS.forEach(replica -> models.put(replica, "model-of-" + replica));
        REPLICAS.forEach(this::bind);
    }

    private void assertServedBy(String replica, String model) {
        Map<String, Verdict> expected = new HashMap<>();
        REPLICAS.forEach(each -> expected.put(each, each.equals(replica) ? Verdict.CHOSEN : Verdict.UNABLE));
        assertEquals(expected, verdicts(model), model);
        int before = fake.of(replica).jobs.size();
        assertEnded(host.submit(POOL, TaskRequest.builder("x").model(model).build()));
        assertEquals(before + 1, fake.of(replica).jobs.size(), model);
    }

    @Test
    void task_whenAllEnginesChangeTheirModelsAgainAndAgain_goesToTheOneThatServesIts() {
        bindAll();
        for (int round = 0; round < 10; round++) {
            for (String replica : REPLICAS) {
                models.put(replica, "model-" + round + "-of-" + replica);
            }
            time.advance(Duration.ofMinutes(2));
            for (String replica : REPLICAS) {
                assertServedBy(replica, models.get(replica));
            }
        }
    }

    @Test
    void task_whenOtherEnginesChangeTheirModelsAgainAndAgain_goesWhereItWent() {
        bindAll();
        models.clear();
        for (int round = 0; round < 10; round++) {
            models.put("r0", "model-" + round);
            time.advance(Duration.ofMinutes(2));
            assertServedBy("r0", "model-" + round);
            assertServedBy("r1", "model-of-r1");
            assertServedBy("r2", "model-of-r2");
        }
    }
}
