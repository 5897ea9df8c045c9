package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NoLeaks
@DisplayName("What is known of the engine's place after an end that was forwarded (CAN-07)")
@Timeout(60)
class ForwardTest {

    private static final TokenEvent.Error FAILURE = new TokenEvent.Error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));

    private final Bench bench = Bench.started();
    private final CompletableFuture<CancelReceipt> proof = new CompletableFuture<>();
    private final List<CancelCause> told = new ArrayList<>();

    private void listen() {
        bench.emitter.onCancel(cause -> {
            told.add(cause);
            return proof;
        });
    }

    private CompletionStage<CancelReceipt> released() {
        return bench.stream().released();
    }

    private static TokenEvent.End cancelled(EndDetails details) {
        return new TokenEvent.End(StopReason.CANCELLED, Usage.UNKNOWN, Timings.UNKNOWN, details);
    }

    @AfterEach
    void letGo() {
        proof.complete(CancelReceipt.unconfirmed("the test is over"));
        bench.letGo();
    }

    @Test
    @DisplayName("CAN-07: the engine's own end frees its place at once, and nobody is asked")
    void end_whenForwarded_isSlotFree() {
        listen();
        bench.emitter.forward(new TokenEvent.End(StopReason.LIMIT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE));
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, Bench.now(released()).outcome());
        assertEquals(List.of(), told);
    }

    @Test
    @DisplayName("CAN-07: after a failure whoever forwards it is asked, once, and the timer goes with the answer")
    void failure_whenForwarded_asksWhoForwards() {
        listen();
        bench.emitter.forward(FAILURE);
        assertEquals(List.of(CancelCause.FAULT), told);
        assertFalse(Bench.isDone(released()));
        assertEquals(1, bench.time.waiting());
        CancelReceipt free = CancelReceipt.slotFree(Duration.ofMillis(1));
        proof.complete(free);
        assertSame(free, Bench.now(released()));
        assertEquals(0, bench.time.waiting());
    }

    @Test
    @DisplayName("CAN-07: the failure itself does not wait for that answer")
    void failure_whenForwarded_isTheTerminalAtOnce() {
        listen();
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.emitter.forward(FAILURE);
        heard.assertKinds("Started", "Error");
        assertEquals(ErrorCode.WORKER_RESET, bench.error().code());
    }

    @Test
    @DisplayName("CAN-07: an answer that does not come within 10 s is none")
    void failure_whenNobodyAnswers_isUnconfirmedAfter10Seconds() {
        listen();
        bench.emitter.forward(FAILURE);
        bench.time.advance(Duration.ofSeconds(10).minusMillis(1));
        assertFalse(Bench.isDone(released()));
        bench.time.advance(Duration.ofMillis(1));
        assertEquals(
                "UNCONFIRMED (no proof came within 10 s)", Bench.now(released()).toString());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("CAN-07: after a cancel whoever forwards it is asked, and told what it was")
    void cancel_whenForwarded_tellsItsCause(CancelCause cause) {
        listen();
        bench.emitter.forward(cancelled(EndDetails.builder().cancelCause(cause).build()));
        assertEquals(List.of(cause), told);
    }

    @Test
    @DisplayName("CAN-07: a cancel that does not say what it was is a caller's")
    void cancel_whenForwardedWithoutACause_isACallers() {
        listen();
        bench.emitter.forward(cancelled(EndDetails.NONE));
        assertEquals(List.of(CancelCause.CALLER), told);
    }

    @Test
    @DisplayName("CAN-07: where nobody is there to be asked nothing is known, at once, and no timer is set")
    void failure_whenNobodyListens_isUnconfirmedAtOnce() {
        bench.emitter.forward(FAILURE);
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, Bench.now(released()).outcome());
        assertEquals(0, bench.time.waiting());
        listen();
        assertEquals(List.of(), told, "who comes later is not asked: it is settled");
    }

    @Test
    @DisplayName("CAN-07: a stream that has ended is not ended again by what is forwarded late")
    void failure_whenForwardedAfterTheEnd_asksNobody() {
        listen();
        bench.emitter.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "full"));
        bench.emitter.forward(FAILURE);
        assertEquals(ErrorCode.ADMISSION_REJECT, bench.error().code());
        assertEquals(List.of(), told);
    }
}
