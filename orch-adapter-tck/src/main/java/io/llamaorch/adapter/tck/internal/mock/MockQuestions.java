package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The questions that an adapter was asked and has not answered; all of them fail when it closes.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockQuestions {

    private final TimeSource time;
    private final Executor executor;
    private final Duration limit;
    private final Set<Question<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    MockQuestions(TimeSource time, Executor executor, Duration limit) {
        this.time = time;
        this.executor = executor;
        this.limit = limit;
    }

    /** Answers on the executor. */
    <T> CompletionStage<T> answer(Supplier<T> answer) {
        Question<T> question = new Question<>(answer);
        question.ask();
        question.settle();
        return question.future.minimalCompletionStage();
    }

    /** Answers once the time for an answer is over. */
    <T> CompletionStage<T> answerAtLast(Supplier<T> answer) {
        Question<T> question = new Question<>(answer);
        question.ask();
        question.timer = time.schedule(limit, question::settle);
        if (!waiting.contains(question)) { // a close came between
            question.stopTimer();
        }
        return question.future.minimalCompletionStage();
    }

    void close() {
        closed = true;
        waiting.forEach(Question::settle);
    }

    private final class Question<T> {
        private final Supplier<T> answer;
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private volatile TimeSource.@Nullable Scheduled timer;

        Question(Supplier<T> answer) {
            this.answer = answer;
        }

        void ask() {
            waiting.add(this);
            if (closed) {
                settle();
            }
        }

        /** Completes it, whoever is first to try. */
        void settle() {
            if (waiting.remove(this)) {
                stopTimer();
                executor.execute(this::complete);
            }
        }

        private void complete() {
            try {
                if (closed) {
                    throw new IllegalStateException("the adapter is closed: create a new one");
                }
                future.complete(answer.get());
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            }
        }

        private void stopTimer() {
            TimeSource.Scheduled set = timer;
            if (set != null) {
                set.cancel();
            }
        }
    }
}
