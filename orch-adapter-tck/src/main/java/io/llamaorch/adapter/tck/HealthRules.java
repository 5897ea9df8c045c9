package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** HLT: health checks and properties. */
interface HealthRules extends Rules {

    /** How many probes must have no effect (HLT-02). */
    int PROBES = 100;

    private static WorkerHealth health(Bench bench) throws InterruptedException {
        return bench.get("an answer on health", bench.adapter().health());
    }

    @Rule("HLT-01")
    default void hlt01_engineThatServes_isHealthy() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            WorkerHealth health = health(bench);
            bench.check(
                    health.status() == WorkerHealth.Status.HEALTHY && health.live() && health.ready(),
                    "HEALTHY, live and ready",
                    health::toString,
                    "another path or status is taken for the engine's word on its health");
        }
    }

    @Rule("HLT-01")
    default void hlt01_engineThatLoads_isDegraded() throws InterruptedException {
        try (Bench bench =
                open(EngineScript.builder().state(EngineScript.State.LOADING).build())) {
            WorkerHealth health = health(bench);
            bench.check(
                    health.status() == WorkerHealth.Status.DEGRADED
                            && health.live()
                            && !health.ready()
                            && health.retryAfter().isPresent(),
                    "DEGRADED, live, not ready, with a hint when to look again",
                    () -> health + ", retry after " + health.retryAfter(),
                    "every answer but 200 is taken for a dead engine");
        }
    }

    @Rule("HLT-01")
    default void hlt01_engineThatCannotBeReached_isUnhealthy() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new ConnectionFault.Refuse());
            WorkerHealth health = health(bench);
            bench.check(
                    health.status() == WorkerHealth.Status.UNHEALTHY
                            && !health.live()
                            && health.code().equals(Optional.of(ErrorCode.POOL_UNAVAILABLE)),
                    "UNHEALTHY with POOL_UNAVAILABLE, not live",
                    () -> health + ", " + health.code(),
                    "what the client throws is not turned into health");
            bench.engine().well();
            WorkerHealth later = health(bench);
            bench.check(
                    later.ready(),
                    "HEALTHY again, once the engine is back",
                    later::toString,
                    "what was found once is remembered, or a dead connection is used again");
        }
    }

    @Rule("HLT-01")
    default void hlt01_credentialThatIsRefused_isSaidSo() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().token(Secret.of("right")).build());
                WorkerAdapter stranger = bench.factory()
                        .create(bench.config().token(Secret.of("wrong")).build())) {
            WorkerHealth health = bench.get("an answer on health", stranger.health());
            bench.check(
                    health.status() == WorkerHealth.Status.UNHEALTHY
                            && health.code().equals(Optional.of(ErrorCode.UNAUTHORIZED)),
                    "UNHEALTHY with UNAUTHORIZED",
                    () -> health + ", " + health.code(),
                    "only a path is asked that needs no credential");
            WorkerHealth own = health(bench);
            bench.check(
                    own.ready(),
                    "HEALTHY for the right credential",
                    own::toString,
                    "the credential is not sent with health checks");
        }
    }

    @Rule("HLT-02")
    default void hlt02_probes_haveNoEffect() throws InterruptedException {
        for (EngineScript.State state :
                new EngineScript.State[] {EngineScript.State.SERVING, EngineScript.State.SLEEPING}) {
            try (Bench bench = open(EngineScript.builder().state(state).build())) {
                for (int i = 0; i < PROBES; i++) {
                    health(bench);
                }
                bench.get("the properties", bench.adapter().properties());
                bench.check(
                        bench.engine().tokensGenerated() == 0
                                && bench.engine().slotsTaken() == 0
                                && bench.engine().wakeUps() == 0,
                        "no token, no slot and no wake-up after " + PROBES + " probes of a " + state + " engine",
                        () -> bench.engine().tokensGenerated() + " tokens, "
                                + bench.engine().slotsTaken() + " slots, "
                                + bench.engine().wakeUps() + " wake-ups",
                        "a probe runs a small task, or asks a path that wakes the engine");
            }
        }
    }

    @Rule("HLT-02")
    default void hlt02_busyEngine_isHealthy() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().slots(1).stepped().build())) {
            Heard running = bench.listen(bench.task().jobId("running").build(), Heard.everything());
            bench.await(running, "Started, when the engine took the task", Heard::started);
            Heard waiting = bench.listen(bench.task().jobId("waiting").build(), Heard.everything());
            bench.engineMust("a task that waits", () -> bench.engine().tasksQueued() == 1);
            WorkerHealth health = health(bench);
            bench.check(
                    health.ready(),
                    "HEALTHY, as a busy engine is not unhealthy",
                    health::toString,
                    "free slots are taken for health");
            bench.check(
                    !waiting.started(),
                    "no Started for a task that waits",
                    waiting::story,
                    "Started is emitted when the request was sent, before the engine accepted it");
        }
    }

    @Rule("HLT-03")
    default void hlt03_engineThatSaysNothing_isAnsweredForInTime() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new HeadFault.HangBeforeHead());
            CompletionStage<WorkerHealth> answer = bench.adapter().health();
            for (int second = 0; second < 60 && !answer.toCompletableFuture().isDone(); second++) {
                Patience.within(
                        Duration.ofMillis(20),
                        () -> answer.toCompletableFuture().isDone());
                bench.pass(Duration.ofSeconds(1));
            }
            WorkerHealth health = bench.get("an answer on health within 60 s", answer);
            bench.check(
                    !health.ready(),
                    "not ready, as the engine said nothing",
                    health::toString,
                    "silence is taken for a yes");
        }
    }

    @Rule("HLT-06")
    default void hlt06_properties_tellWhatTheEngineTells() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().slots(3).build())) {
            WorkerProperties properties =
                    bench.get("the properties", bench.adapter().properties());
            bench.check(
                    (properties.engineVersion().isPresent()
                                    || !bench.engine().tells().contains(TestEngine.Fact.VERSION))
                            && (properties.model().isPresent()
                                    || !bench.engine().tells().contains(TestEngine.Fact.MODEL))
                            && (properties.slots().isEmpty()
                                    || properties.slots().equals(OptionalInt.of(3)))
                            && properties.freeSlots().orElse(0) <= 3,
                    "the engine's version, its model and its 3 slots, as far as it tells them",
                    properties::toString,
                    "what is unknown is filled in with a default");
        }
    }
}
