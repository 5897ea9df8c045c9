package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whatever an adapter does with a question, there is an answer, and no timer is left. */
@NoLeaks
class QuestionsTest {

    private final ManualTime time = new ManualTime();
    private final List<Runnable> handed = new ArrayList<>();
    private final Questions questions =
            new Questions(ReplicaSpec.builder("fake").replica("r0").build(), time, handed::add);

    @Test
    void ask_whenAnswered_givesTheAnswer() {
        assertEquals(
                "yes",
                questions.ask(() -> CompletableFuture.completedStage("yes")).join());
        assertEquals(0, time.waiting());
    }

    @Test
    void ask_whenItThrows_failsWithThat() {
        AssertionError thrown = new AssertionError("broken");
        assertSame(thrown, failure(() -> {
            throw thrown;
        }));
    }

    @Test
    void ask_whenNothingIsGiven_fails() {
        assertInstanceOf(NullPointerException.class, failure(() -> null));
        assertInstanceOf(NullPointerException.class, failure(() -> CompletableFuture.completedStage(null)));
    }

    /** Callers' code on the clock's thread would hold up every timer of the process. */
    @Test
    void ask_whenNeverAnswered_failsAtTheLimitAndNotOnTheClocksThread() {
        CompletableFuture<String> answer = questions.ask(CompletableFuture::new);
        time.advance(Questions.LIMIT.minusNanos(1));
        assertTrue(handed.isEmpty());
        time.advance(Questions.LIMIT);

        assertFalse(answer.isDone());
        handed.forEach(Runnable::run);
        Throwable failure =
                assertThrows(CompletionException.class, answer::join).getCause();
        assertEquals(
                ErrorCode.DECODE_TIMEOUT,
                assertInstanceOf(WorkerException.class, failure).error().code());
    }

    @Test
    void ask_whenTheJvmIsOutOfMemory_passesThatOn() {
        assertThrows(
                OutOfMemoryError.class,
                () -> questions.ask(() -> {
                    throw new OutOfMemoryError("heap");
                }));
        assertEquals(0, time.waiting());
    }

    private Throwable failure(Supplier<CompletionStage<String>> question) {
        CompletableFuture<String> answer = questions.ask(question);
        assertEquals(0, time.waiting());
        return assertThrows(CompletionException.class, answer::join).getCause();
    }
}
