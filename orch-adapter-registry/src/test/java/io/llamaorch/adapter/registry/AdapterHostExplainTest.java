package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** DSP-08: why each replica would or would not be chosen now. */
@NoLeaks
class AdapterHostExplainTest extends HostFixture {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.admission(AdmissionPolicy.builder().queueCapacity(2).build())
                .breakers(BreakerPolicy.builder().failures(1).window(1).build());
    }

    private static TaskRequest pinned(String job, String replica) {
        return task(job).toBuilder().pin(Pin.toReplica(replica)).build();
    }

    private void assertExplained(PoolExplanation explained, String replica, Verdict verdict, String why) {
        ReplicaExplanation found = explained.replicas().stream()
                .filter(each -> each.status().replica().equals(replica))
                .findFirst()
                .orElseThrow();
        assertEquals(verdict + ": " + why, found.verdict() + ": " + found.why());
    }

    private void assertExplained(String replica, Verdict verdict, String why) {
        assertExplained(host.explain(POOL), replica, verdict, why);
    }

    private String outcome() {
        return host.explain(POOL).outcome();
    }

    @Test
    void explain_whenThereIsNoPool_saysThatItWouldBeRefused() {
        bind("r0");
        PoolExplanation explained = host.explain("defaults");
        assertEquals(List.of(), explained.replicas());
        assertEquals("defaults", explained.pool());
        assertTrue(
                explained.outcome().startsWith("it would be refused: NOT_FOUND: there is no pool 'defaults', only"),
                explained.outcome());
    }

    @Test
    void explain_whenPlacesAreFree_tellsWhichReplicaIsChosenAndWhichCouldBe() {
        bind("r0", 2);
        bind("r1", 4);
        submit("a");
        assertExplained("r0", Verdict.POSSIBLE, "0 of 2 places are taken");
        assertExplained("r1", Verdict.CHOSEN, "it has most free places; 1 of 4 places are taken");
        assertEquals("it would go to replica r1", outcome());
        assertEquals(0, host.explain(POOL).waiting());
    }

    @Test
    void explain_whenAReplicaIsFull_tellsHow() {
        bind("r0", 2);
        submit("a");
        submit("b").cancel();
        assertExplained(
                "r0", Verdict.FULL, "1 of 2 places are taken, 1 more are kept until the engine has surely let go");
        assertEquals("it would wait for a place", outcome());
    }

    @Test
    void explain_whenOthersWait_tellsHowMany() {
        bind("r0", 1);
        List.of("first", "a").forEach(this::submit);
        assertEquals("it would wait behind 1 other", outcome());
        assertEquals(1, host.explain(POOL).waiting());
    }

    @Test
    void explain_whenTheQueueIsFull_saysThatItWouldBeRefused() {
        bind("r0", 1);
        List.of("first", "a", "b").forEach(this::submit);
        assertTrue(
                outcome().startsWith("it would be refused: ADMISSION_REJECT: pool 'default' has no free place, and 2"),
                outcome());
    }

    /** Those who wait for a replica that they are pinned to hold up nobody else. */
    @Test
    void explain_whenThoseWhoWaitHaveNoUseForAPlace_tellsWhoGetsIt() {
        bind("r0", 1);
        bind("r1", 1);
        heard(pinned("a", "r0"));
        heard(pinned("b", "r0"));
        assertEquals("it would go to replica r1", outcome());
        assertExplained("r1", Verdict.CHOSEN, "it has most free places; 0 of 1 places are taken");
    }

    @Test
    void explain_whenAReplicaIsNotReady_tellsTheReason() {
        bind("r0").healthIs(FakeAdapter.LOADING);
        now(host.health(POOL));
        assertExplained("r0", Verdict.UNREADY, "DEGRADED (it loads its model)");
        assertTrue(outcome().startsWith("it would be refused: POOL_UNREADY: no replica"), outcome());
    }

    @Test
    void explain_whenABreakerIsOpenOrTried_tellsThat() {
        FakeAdapter r0 = bind("r0").refuses(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        submit("a");
        assertExplained("r0", Verdict.UNREADY, "its breaker is open: too many tasks failed on it lately");
        time.advance(BreakerPolicy.DEFAULT.openFor());
        assertExplained("r0", Verdict.CHOSEN, "it has most free places; 0 of 100 places are taken");
        r0.holds(emitter -> {});
        submit("trial");
        assertExplained("r0", Verdict.UNREADY, "its breaker is half open, and a trial runs");
        assertEquals("it would wait for a place", outcome());
    }

    @Test
    void explain_whenAnEngineAskedToBeLeftAlone_tellsThat() {
        bind("r0")
                .refuses(WorkerError.builder(ErrorCode.ADMISSION_REJECT, "busy")
                        .retryAfter(Duration.ofSeconds(5))
                        .build());
        submit("a");
        assertExplained("r0", Verdict.UNREADY, "its engine asked to be left alone for a while");
    }

    @Test
    void explain_whenATaskNeedsWhatAReplicaHasNot_tellsWhat() {
        bind("r0", WorkerProperties.builder().modelNames(List.of("tiny")).build());
        bind("r1", WorkerProperties.builder().modelNames(List.of("large")).build());
        PoolExplanation explained =
                host.explain(POOL, task("a").toBuilder().model("large").build());
        assertExplained(
                explained,
                "r0",
                Verdict.UNABLE,
                "NOT_FOUND: replica r0 (fake) does not serve model 'large', only tiny (docs/errors.md#not_found)");
        assertEquals("it would go to replica r1", explained.outcome());
    }

    @Test
    void explain_whenATaskIsPinned_tellsThatNoOtherMayServeIt() {
        bind("r0", 9);
        bind("r1", 1);
        PoolExplanation explained = host.explain(POOL, pinned("a", "r1"));
        assertExplained(explained, "r0", Verdict.UNABLE, "the task is pinned to replica r1");
        assertExplained(explained, "r1", Verdict.CHOSEN, "the task is pinned to it; 0 of 1 places are taken");
    }

    @Test
    void explain_whenASessionHasItsCacheSomewhere_tellsThat() {
        bind("r0", 1).says("hello");
        TaskRequest turn = task("a").toBuilder().sessionId("s").build();
        heard(turn).assertEnded();
        bind("r1", 9);
        assertExplained(
                host.explain(POOL, turn),
                "r0",
                Verdict.CHOSEN,
                "it holds the session's cache; 0 of 1 places are taken");
    }

    @Test
    void explain_whileAReplicaDrains_putsItAtTheEnd() {
        FakeAdapter r0 = bind("r0");
        bind("r1");
        submit("a");
        var going = host.unbind(POOL, "r0");
        PoolExplanation explained = host.explain(POOL);
        assertEquals(
                List.of("r1", "r0"),
                explained.replicas().stream()
                        .map(each -> each.status().replica())
                        .toList());
        assertExplained(explained, "r0", Verdict.UNREADY, "it drains: it was unbound");
        FakeAdapter.end(r0.emitter("a"), "hello");
        over(going);
    }

    /** Whatever the situation, the next task goes where it was said to go, and asking again changes nothing. */
    @Test
    void explain_inAnySituation_tellsWhatThenHappens() {
        System.out.println("explanations, seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        List<FakeAdapter> replicas = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replicas.add(bind("r" + i, 1 + random.nextInt(4)));
        }
        for (int i = 0; i < 500; i++) {
            FakeAdapter some = replicas.get(random.nextInt(4));
            some.healthIs(random.nextInt(3) == 0 ? FakeAdapter.LOADING : FakeAdapter.WELL);
            now(host.health(POOL));
            TaskRequest.Builder next = task("job-" + i).toBuilder().sessionId("s" + random.nextInt(6));
            if (random.nextInt(5) == 0) {
                next.pin(Pin.toReplica("r" + random.nextInt(4)));
            }
            TaskRequest task = next.build();
            String told = host.explain(POOL, task).outcome();
            assertEquals(told, host.explain(POOL, task).outcome(), "seed " + SEED);
            Heard heard = heard(task);
            assertEquals(happened(told), happenedTo(heard, replicas), told + ", seed " + SEED);
            if (random.nextInt(3) > 0 && !some.jobs.isEmpty()) {
                String job = some.jobs.get(random.nextInt(some.jobs.size()));
                if (!some.emitter(job).ended()) {
                    FakeAdapter.end(some.emitter(job), "hello");
                }
            }
        }
    }

    private static String happened(String told) {
        return told.startsWith("it would go to replica ")
                ? told.substring(told.length() - 2)
                : told.startsWith("it would wait") ? "waits" : "refused";
    }

    private static String happenedTo(Heard heard, List<FakeAdapter> replicas) {
        for (FakeAdapter replica : replicas) {
            if (replica.jobs.contains(heard.stream.jobId())) {
                return replica.config.replica();
            }
        }
        return heard.isRunning() ? "waits" : "refused";
    }
}
