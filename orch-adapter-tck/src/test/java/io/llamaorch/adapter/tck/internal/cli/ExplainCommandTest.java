package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.PoolExplanation;
import io.llamaorch.adapter.registry.ReplicaExplanation;
import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.registry.ReplicaPlaces;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DSP-08 on the command line: {@code orch explain}, by itself and on the mock. */
@NoLeaks
@Timeout(30)
class ExplainCommandTest {

    private static final Map<String, String> TWO_POOLS = Map.of("ORCHD_MOCK_URL", "mock:1", "ORCHD_MOCK_POOL", "p1");

    private final Screen screen = new Screen();

    private int explain(String... args) {
        List<String> all = new ArrayList<>(List.of("explain", "--engine", "mock"));
        all.addAll(List.of(args));
        return screen.run(all.toArray(String[]::new));
    }

    private static ReplicaExplanation replica(String id, Verdict verdict, String why) {
        ReplicaSpec spec = ReplicaSpec.builder("mock").pool("p").replica(id).build();
        return new ReplicaExplanation(
                new ReplicaStatus(spec, ReplicaState.READY, 3, ""), new ReplicaPlaces(4, 3, 1), verdict, why);
    }

    private static PoolExplanation pool(Optional<WorkerError> refusal, ReplicaExplanation... replicas) {
        return new PoolExplanation("p", 0, refusal, List.of(replicas));
    }

    private static Optional<WorkerError> refusal(ErrorCode code) {
        return Optional.of(WorkerError.of(code, "word ".repeat(40)));
    }

    @Test
    void task_whenAReplicaWouldServeIt_isATableAndZero() {
        assertEquals(0, explain("--option", "slots=7"), screen.err());
        assertEquals(
                List.of(
                        "pool default: it would go to replica r0",
                        "REPLICA  VERDICT  PLACES  STATE  WHY",
                        "r0       CHOSEN   0/7     READY  it has most free places; 0 of 7 places are",
                        "                                 taken"),
                screen.outLines());
        assertEquals("", screen.err());
    }

    @Test
    void model_whenNobodyServesIt_isTheCodeOfTheRefusal() {
        assertEquals(ExitCode.NOT_FOUND.number(), explain("--model", "no-such"));
        assertTrue(screen.outLines().get(0).startsWith("pool default: it would be refused: NOT_FOUND: "), screen.out());
        assertTrue(screen.out().contains("UNABLE"), screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void replica_whenItLoads_isUnreadyAndTheCodeSaysSo() {
        assertEquals(ExitCode.POOL_UNREADY.number(), explain("--option", "state=loading"));
        assertTrue(screen.out().contains("UNREADY"), screen.out());
    }

    @Test
    void pin_whenToAReplica_leavesNoOther() {
        Map<String, String> environment = Map.of("ORCHD_MOCK_URL", "mock:1,mock:2");
        assertEquals(0, Orch.run(screen.terminal("", environment), "explain", "--pin", "r1"), screen.err());
        assertEquals(
                "pool default: it would go to replica r1", screen.outLines().get(0));
        assertTrue(screen.out().contains("the task is pinned to replica r1"), screen.out());
    }

    @Test
    void pin_whenThereIsNoSuchReplica_isNotFound() {
        assertEquals(ExitCode.NOT_FOUND.number(), explain("--pin", "r9"));
    }

    @Test
    void pool_whenItDoesNotExist_isNotFound() {
        assertEquals(
                ExitCode.NOT_FOUND.number(), Orch.run(screen.terminal("", TWO_POOLS), "explain", "--pool", "nowhere"));
        assertTrue(screen.err().contains("p1"), screen.err());
    }

    @Test
    void engine_whenNoneIsConfigured_saysHowToConfigureOne() {
        assertEquals(2, screen.run("explain"));
        assertTrue(screen.err().contains("ORCHD_LLAMACPP_URL"), screen.err());
    }

    @Test
    void value_whenWrong_isNamedInOneLine() {
        assertEquals(2, explain("--max-tokens", "0"));
        assertEquals(1, screen.errLines().size(), screen.err());
    }

    @Test
    void json_always_isALineForThePoolAndOneForEachReplica() {
        assertEquals(
                List.of(
                        "{\"pool\":\"p\",\"waiting\":0,\"outcome\":\"it would go to replica r0\"}",
                        "{\"pool\":\"p\",\"replica\":\"r0\",\"engine\":\"mock\",\"verdict\":\"CHOSEN\",\"running\":3,"
                                + "\"share\":4,\"quarantined\":1,\"state\":\"READY\",\"why\":\"it is best\"}"),
                ExplainCommand.lines(
                        List.of(pool(Optional.empty(), replica("r0", Verdict.CHOSEN, "it is best"))), true));
    }

    @Test
    void json_whenTheTaskWouldBeRefused_hasTheCode() {
        List<String> lines = ExplainCommand.lines(List.of(pool(refusal(ErrorCode.UNSUPPORTED))), true);
        assertTrue(lines.get(0).endsWith("\"code\":\"UNSUPPORTED\"}"), lines.get(0));
    }

    @Test
    void exitCode_whenAPoolWouldRefuseTheTask_isThatOfTheFirst() {
        assertEquals(
                ExitCode.UNSUPPORTED,
                ExplainCommand.exitCode(List.of(
                        pool(Optional.empty()),
                        pool(refusal(ErrorCode.UNSUPPORTED)),
                        pool(refusal(ErrorCode.NOT_FOUND)))));
    }

    @Test
    void table_whateverIsInIt_fitsEightyColumns() {
        List<String> lines = ExplainCommand.lines(
                List.of(
                        pool(
                                refusal(ErrorCode.POOL_UNREADY),
                                replica("r".repeat(70), Verdict.UNREADY, "deed ".repeat(40))),
                        pool(Optional.empty(), replica("r0", Verdict.POSSIBLE, ""))),
                false);
        lines.forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= 80, line));
        lines.forEach(line -> assertEquals(line.stripTrailing(), line));
        assertTrue(lines.contains(""), "pools stand apart");
    }
}
