package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.time.Duration;
import java.util.Map;

/** TIM: time limits, on the clock of {@code AdapterConfig.timeSource()}. */
interface TimeRules extends Rules {

    /** What usually keeps a limit from firing. */
    String OWN_CLOCK = "the adapter waits by the system's clock instead of AdapterConfig.timeSource()";

    @Rule("TIM-01")
    default void tim01_firstToken_mayTakeTwoMinutes() throws InterruptedException {
        try (Bench bench = open(new HeadFault.HangBeforeHead())) {
            Heard heard = bench.listen(bench.task().build(), Heard.everything());
            bench.engineMust("a task at the engine", () -> bench.engine().tasks() == 1);
            passesAt(bench, heard, Duration.ofMinutes(2), ErrorCode.DECODE_TIMEOUT);
            bench.engineMust(
                    "the client gone from the engine",
                    () -> bench.engine().clientsLeft() == 1,
                    "the stream ends, but the connection to the engine stays");
        }
    }

    @Rule("TIM-01")
    default void tim01_nextToken_mayTake30s() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard heard = threeTokens(bench);
            passesAt(bench, heard, Duration.ofSeconds(30), ErrorCode.DECODE_TIMEOUT);
        }
    }

    @Rule("TIM-01")
    default void tim01_token_feedsTheLimit() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard heard = threeTokens(bench);
            bench.pass(Duration.ofSeconds(20));
            bench.engine().release(1);
            bench.caughtUp(heard, 4);
            passesAt(bench, heard, Duration.ofSeconds(30), ErrorCode.DECODE_TIMEOUT);
        }
    }

    @Rule("TIM-01")
    default void tim01_keepAliveComments_feedNoLimit() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder()
                .stepped()
                .fault(new StreamFault.PingsAfterTokens(3, 2))
                .build())) {
            Heard heard = threeTokens(bench);
            for (int ping = 0; ping < 2; ping++) {
                bench.pass(Duration.ofSeconds(14));
                bench.engine().release(1);
                Patience.within(Patience.mustNotHappen(), heard::over);
            }
            passesAt(bench, heard, Duration.ofSeconds(2), ErrorCode.DECODE_TIMEOUT);
        }
    }

    @Rule("TIM-01")
    default void tim01_wholeCall_mayTakeAsLongAsItsOptionSays() throws InterruptedException {
        try (Bench bench = open(EngineScript.builder().stepped().build(), Map.of("call-timeout", "45s"))) {
            Heard heard = threeTokens(bench);
            bench.pass(Duration.ofSeconds(20));
            bench.engine().release(1);
            bench.caughtUp(heard, 4);
            passesAt(bench, heard, Duration.ofSeconds(25), ErrorCode.DEADLINE_UNMET);
        }
    }

    @Rule("TIM-02")
    default void tim02_deadline_isOneBudgetFromSubmit() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard heard =
                    bench.listen(bench.task().deadline(Duration.ofSeconds(25)).build(), Heard.everything());
            bench.engineMust("a task at the engine", () -> bench.engine().tasks() == 1);
            bench.pass(Duration.ofSeconds(15));
            bench.engine().release(3);
            bench.caughtUp(heard, 3);
            passesAt(bench, heard, Duration.ofSeconds(10), ErrorCode.DEADLINE_UNMET);
        }
    }

    private static Heard threeTokens(Bench bench) throws InterruptedException {
        Heard heard = bench.listen(bench.task().build(), Heard.everything());
        bench.engine().release(3);
        return bench.caughtUp(heard, 3);
    }

    /** The stream must go on until just before this time from now, and must fail just after it. */
    private static void passesAt(Bench bench, Heard heard, Duration limit, ErrorCode code) throws InterruptedException {
        Duration before = limit.minusMillis(500);
        bench.pass(before);
        boolean early = heard.await(Heard::over, Patience.mustNotHappen());
        bench.check(!early, "a stream that goes on for " + before, heard::story, "another limit is shorter");
        bench.pass(Duration.ofSeconds(1));
        WorkerError error = bench.mustFail(heard, code, OWN_CLOCK, "the limit is fed by what is no token");
        bench.check(
                !error.message().isBlank(),
                "a message that names the limit",
                error::toString,
                "all limits share one message, or have none");
    }
}
