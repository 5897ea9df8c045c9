package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A correct adapter, to be changed in one place. */
class ChangedAdapter implements WorkerAdapter {

    final WorkerAdapter correct;

    ChangedAdapter(WorkerAdapter correct) {
        this.correct = correct;
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return correct.health();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return correct.properties();
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return correct.submit(task);
    }

    @Override
    public Cancellation cancel(String jobId) {
        return correct.cancel(jobId);
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return correct.capability(type);
    }

    @Override
    public void close() {
        correct.close();
    }
}
