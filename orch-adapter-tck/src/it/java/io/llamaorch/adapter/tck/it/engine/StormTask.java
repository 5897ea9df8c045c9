package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * A task of a storm and what its caller hears, who may leave after some tokens.
 *
 * <p>Thread safety: what was heard may be read once {@link #over} has completed.
 */
final class StormTask implements NonBlockingSubscriber {
    static final int TOKENS = 12;
    static final int STAYS = Integer.MAX_VALUE;

    private final TokenStream stream;
    private final int leavesAfter;
    private final CompletableFuture<StormTask> over = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private int tokens;
    private int starts;
    private int terminals;
    private boolean wrongOrder;

    private StormTask(TokenStream stream, int leavesAfter) {
        this.stream = stream;
        this.leavesAfter = leavesAfter;
    }

    static StormTask submit(AdapterHost host, TaskRequest request, int leavesAfter) {
        StormTask task = new StormTask(host.submit(ReplicaSpec.DEFAULT_POOL, request), leavesAfter);
        task.stream.subscribe(task);
        return task;
    }

    /** A task that always has the same answer. */
    static TaskRequest request(String job) {
        return TaskRequest.builder("Once upon a time")
                .jobId(job)
                .maxTokens(TOKENS)
                .temperature(0)
                .extra("ignore_eos", true)
                .build();
    }

    void cancel() {
        stream.cancel();
    }

    CompletableFuture<StormTask> over() {
        return over;
    }

    String job() {
        return stream.jobId();
    }

    int tokens() {
        return tokens;
    }

    TokenEvent.Terminal terminal() {
        return stream.outcome().toCompletableFuture().join();
    }

    /** Nothing came twice, nothing is missing, and there was one end, the last event. */
    void assertHeardRight(String answer) {
        assertEquals(1, terminals, this::toString);
        assertTrue(starts == 1 || (starts == 0 && tokens == 0), this::toString);
        assertTrue(!wrongOrder, this::toString);
        if (terminal() instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            assertEquals(StopReason.LIMIT, end.reason(), this::toString);
            assertEquals(answer, text.toString(), this::toString);
            assertEquals(TOKENS, end.usage().generated().orElseThrow(), this::toString);
        } else {
            assertTrue(answer.startsWith(text.toString()), this::toString);
        }
        if (terminal() instanceof TokenEvent.Error failure) {
            assertEquals(tokens, failure.error().tokensDelivered(), this::toString);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(TokenEvent event) {
        wrongOrder |= terminals > 0;
        if (event instanceof TokenEvent.Token token) {
            wrongOrder |= token.index() != tokens || starts == 0;
            tokens++;
            text.append(token.text());
            if (tokens == leavesAfter) {
                stream.cancel();
            }
        } else if (event instanceof TokenEvent.Started) {
            starts++;
        } else if (event instanceof TokenEvent.Terminal) {
            terminals++;
        }
    }

    @Override
    public void onError(Throwable failure) {
        over.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        over.complete(this);
    }

    @Override
    public String toString() {
        return job() + ": " + starts + " starts, " + tokens + " tokens '" + text + "', " + terminals + " ends, "
                + stream.outcome();
    }
}
