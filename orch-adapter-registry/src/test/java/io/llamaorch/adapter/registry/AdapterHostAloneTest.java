package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DET-02: a task above best effort has its replica for itself, waits for that within bounds, and starves nobody. */
@NoLeaks
class AdapterHostAloneTest extends HostFixture {

    private static final Duration QUARANTINE = AdmissionPolicy.DEFAULT.quarantine();
    private static final int CAPACITY = 3;

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.admission(
                AdmissionPolicy.builder().queueCapacity(CAPACITY).build());
    }

    @BeforeEach
    void declares() {
        fake.declares(Capability.DETERMINISM);
    }

    private static TaskRequest.Builder alone(String job) {
        return task(job).toBuilder().determinism(Determinism.SEEDED);
    }

    private Heard heardAlone(String job) {
        return heard(alone(job).build());
    }

    private static TaskRequest pinned(TaskRequest.Builder task, String replica) {
        return task.pin(Pin.toReplica(replica)).build();
    }

    private static void end(FakeAdapter adapter, String... jobs) {
        for (String job : jobs) {
            FakeAdapter.end(adapter.emitter(job), "hello");
        }
    }

    private static ReplicaPlaces places(int share, int running, int quarantined) {
        return new ReplicaPlaces(share, running, quarantined);
    }

    private void assertExplained(TaskRequest task, Verdict verdict, String why) {
        ReplicaExplanation explained = host.explain(POOL, task).replicas().get(0);
        assertEquals(verdict + ": " + why, explained.verdict() + ": " + explained.why());
    }

    @ParameterizedTest
    @EnumSource(
            value = Determinism.class,
            names = {"GREEDY", "SEEDED"})
    void task_thatMustBeAlone_waitsUntilTheReplicaIsEmpty(Determinism level) {
        FakeAdapter r0 = bind("r0", 3);
        heard("a");
        heard("b");
        heard(alone("alone").determinism(level).build());
        end(r0, "a");
        assertEquals(List.of("a", "b"), r0.jobs);
        end(r0, "b");
        assertEquals(List.of("a", "b", "alone"), r0.jobs);
    }

    @Test
    void task_thatIsAlone_hasAllPlaces() {
        FakeAdapter r0 = bind("r0", 3);
        heardAlone("alone");
        heard("a");
        assertEquals(List.of("alone"), r0.jobs);
        assertEquals(places(3, 1, 2), places("r0"));
        assertEquals(0, places("r0").free());
    }

    @Test
    void places_whenItEnds_allComeBack() {
        FakeAdapter r0 = bind("r0", 3);
        heardAlone("alone");
        end(r0, "alone");
        assertEquals(places(3, 0, 0), places("r0"));
    }

    @Test
    void task_thatMustBeAlone_isNotStarvedByThoseThatComeLater() {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        heardAlone("alone");
        heard("b"); // there is a place, and somebody else's turn
        assertEquals(List.of("a"), r0.jobs);
        end(r0, "a");
        assertEquals(List.of("a", "alone"), r0.jobs);
        end(r0, "alone");
        assertEquals(List.of("a", "alone", "b"), r0.jobs);
    }

    @Test
    void task_thatMustBeAlone_keepsOneReplicaOnly() {
        FakeAdapter r0 = bind("r0", 2);
        FakeAdapter r1 = bind("r1", 2);
        heard("a");
        heard("b");
        heardAlone("alone");
        heard("c");
        assertEquals(List.of("a"), r0.jobs);
        assertEquals(List.of("b", "c"), r1.jobs);
        end(r0, "a");
        assertEquals(List.of("a", "alone"), r0.jobs);
    }

    @Test
    void task_thatMustBeAlone_waitsForTheReplicaThatHasLeastToEnd() {
        FakeAdapter r0 = bind("r0", 4);
        FakeAdapter r1 = bind("r1", 3);
        List.of("a", "b", "c").forEach(this::heard); // r0, r0 or r1: the one with most free places
        heard(pinned(task("d").toBuilder(), "r0"));
        heardAlone("alone");
        assertEquals(1, r1.jobs.size());
        end(r1, r1.jobs.get(0));
        assertEquals("alone", r1.jobs.get(1));
        assertTrue(r0.jobs.size() == 3, () -> r0.jobs.toString());
    }

    @Test
    void tasks_behindThemThatMustBeAlone_haveTheirTurn() {
        FakeAdapter r0 = bind("r0", 2);
        heardAlone("alone-1");
        heard("a");
        heardAlone("alone-2");
        end(r0, "alone-1");
        assertEquals(List.of("alone-1", "a"), r0.jobs);
        end(r0, "a");
        assertEquals(List.of("alone-1", "a", "alone-2"), r0.jobs);
    }

    /** What is urgent goes first, as everywhere; the batch task's ageing bounds for how long. */
    @Test
    void task_ofABatchThatMustBeAlone_keepsNothingFromThoseBeforeIt() {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        heard(alone("alone").priority(Priority.BATCH).build());
        heard("b");
        assertEquals(List.of("a", "b"), r0.jobs);
        time.advance(AdmissionPolicy.DEFAULT.ageing());
        end(r0, "a");
        heard("c"); // comes too late to overtake
        end(r0, "b");
        assertEquals(List.of("a", "b", "alone"), r0.jobs);
    }

    @Test
    void task_cancelledWhileItWaits_letsOthersStartAtOnce() {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        Heard alone = heardAlone("alone");
        heard("b");
        alone.stream.cancel();
        assertEquals(List.of("a", "b"), r0.jobs);
        assertEquals(places(2, 2, 0), places("r0"));
    }

    @Test
    void task_whoseDeadlinePassesWhileItWaits_letsOthersStart() {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        Heard alone = heard(alone("alone").deadline(Duration.ofSeconds(1)).build());
        heard("b");
        time.advance(Duration.ofSeconds(1));
        alone.assertFailed(ErrorCode.DEADLINE_UNMET);
        assertEquals(List.of("a", "b"), r0.jobs);
    }

    @Test
    void task_thatWaitsTooLong_isRefusedAndLetsOthersStart() {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        Heard alone = heardAlone("alone");
        time.advance(Duration.ofSeconds(60));
        heard("b");
        time.advance(AdmissionPolicy.DEFAULT.longestWait().minusSeconds(60));
        WorkerError error = alone.assertFailed(ErrorCode.ADMISSION_REJECT);
        assertTrue(error.message().contains("became empty for the task, which must be alone"), error.message());
        assertEquals(List.of("a", "b"), r0.jobs);
    }

    @Test
    void task_thatFindsTheQueueFull_keepsNothing() {
        bind("r0", 2);
        FakeAdapter r1 = bind("r1", 2);
        heard(pinned(task("a").toBuilder(), "r0"));
        heard(pinned(task("b").toBuilder(), "r1"));
        for (int i = 0; i < CAPACITY; i++) {
            heard(pinned(alone("alone-" + i), "r0"));
        }
        heard(pinned(alone("too-many"), "r1")).assertFailed(ErrorCode.ADMISSION_REJECT);
        heard(pinned(task("c").toBuilder(), "r1"));
        assertEquals(List.of("b", "c"), r1.jobs);
    }

    @Test
    void quarantine_keepsItWaiting() {
        FakeAdapter r0 = bind("r0", 2);
        submit("cancelled").cancel();
        heardAlone("alone");
        time.advance(QUARANTINE.minusNanos(1));
        assertEquals(List.of("cancelled"), r0.jobs);
        time.advance(Duration.ofNanos(1));
        assertEquals(List.of("cancelled", "alone"), r0.jobs);
    }

    /** The engine may work on for it, which is nobody's concern but the next one's that must be alone. */
    @Test
    void quarantine_ofItsOwn_isOnePlace() {
        FakeAdapter r0 = bind("r0", 2);
        heardAlone("alone").stream.cancel();
        assertEquals(places(2, 0, 1), places("r0"));
        heardAlone("next");
        assertEquals(List.of("alone"), r0.jobs);
        time.advance(QUARANTINE);
        assertEquals(List.of("alone", "next"), r0.jobs);
        assertEquals(places(2, 1, 1), places("r0"));
    }

    @Test
    void replica_boundAnewAtTheSameEngine_takesNothingBesideIt() {
        ReplicaSpec spec = spec("r0").toBuilder().url("http://a").share(2).build();
        host.bind(spec);
        FakeAdapter old = fake.of("r0");
        heardAlone("alone");
        host.rebind(spec.toBuilder().option("o", "2").share(4).build());
        FakeAdapter next = fake.of("r0");
        heard("a");
        heardAlone("alone-2");
        assertEquals(List.of(), next.jobs);
        assertEquals(places(4, 0, 4), places("r0"));
        end(old, "alone");
        assertEquals(List.of("a"), next.jobs);
        end(next, "a");
        assertEquals(List.of("a", "alone-2"), next.jobs);
    }

    @Test
    void replica_takenAwayWhileItWaits_isNoLossIfAnotherIsThere() {
        FakeAdapter r0 = bind("r0", 1);
        bind("r1", 2);
        heard(pinned(task("a").toBuilder(), "r0"));
        heard(pinned(task("b").toBuilder(), "r1"));
        heardAlone("alone");
        unbindNow("r1");
        end(r0, "a");
        assertEquals(List.of("a", "alone"), r0.jobs);
    }

    @Test
    void explain_whileAReplicaIsKept_saysForWhat() {
        bind("r0", 2);
        heard("a");
        heardAlone("alone");
        assertExplained(
                task("b"), Verdict.FULL, "it is kept for a task that waits to be alone on it; 1 of 2 places are taken");
        assertEquals(
                "it would wait behind 1 other", host.explain(POOL, task("b")).outcome());
    }

    @Test
    void explain_ofATaskThatMustBeAlone_saysSo() {
        bind("r0", 2);
        assertExplained(alone("x").build(), Verdict.CHOSEN, "it has most free places; 0 of 2 places are taken");
        heard("a");
        assertExplained(alone("x").build(), Verdict.FULL, "the task must be alone on it; 1 of 2 places are taken");
    }

    @Test
    void explain_whileATaskIsAlone_saysSo() {
        bind("r0", 2);
        heardAlone("alone");
        assertExplained(
                task("b"),
                Verdict.FULL,
                "1 of 2 places are taken, and nothing starts beside the task that runs, which must be alone");
    }
}
