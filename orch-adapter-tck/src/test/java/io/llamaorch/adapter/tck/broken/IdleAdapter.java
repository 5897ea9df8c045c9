package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** An adapter that does nothing at all, and so does nothing wrong. */
final class IdleAdapter implements WorkerAdapter {

    private static <T> CompletionStage<T> never() {
        return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return never();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return never();
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return new IdleStream(task.jobId());
    }

    @Override
    public Cancellation cancel(String jobId) {
        return Cancellation.of(never(), never());
    }

    @Override
    public void close() {}

    private record IdleStream(String jobId) implements TokenStream {

        @Override
        public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {}

        @Override
        public Iterator<TokenEvent> iterator() {
            return Collections.emptyIterator();
        }

        @Override
        public CompletionStage<TokenEvent.Terminal> outcome() {
            return never();
        }

        @Override
        public CompletionStage<CancelReceipt> released() {
            return never();
        }

        @Override
        public CompletionStage<String> collect() {
            return never();
        }

        @Override
        public Cancellation cancel() {
            return Cancellation.of(never(), never());
        }

        @Override
        public void close() {}
    }
}
