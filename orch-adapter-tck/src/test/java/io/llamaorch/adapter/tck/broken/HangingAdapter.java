package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** An adapter whose every method waits for what never comes, interrupts or not, until it is let go. */
final class HangingAdapter implements WorkerAdapter {

    private final CountDownLatch letGo;

    HangingAdapter(CountDownLatch letGo) {
        this.letGo = letGo;
    }

    private <T> T hang() {
        while (true) {
            try {
                letGo.await();
                throw new IllegalStateException("it is too late");
            } catch (InterruptedException ignored) {
                // This is what is wrong with it.
            }
        }
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return hang();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return hang();
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return hang();
    }

    @Override
    public Cancellation cancel(String jobId) {
        return hang();
    }

    @Override
    public void close() {
        hang();
    }
}
