package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A host of one replica, asked as an adapter is asked. Closes the host. Safe for concurrent use. */
record HostedAdapter(AdapterHost host, ReplicaSpec replica) implements WorkerAdapter {

    @Override
    public CompletionStage<WorkerHealth> health() {
        return host.health(replica.pool()).thenApply(all -> Objects.requireNonNull(all.get(replica.replica())));
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return host.properties(replica.pool())
                .thenCompose(all -> stage(Objects.requireNonNull(all.get(replica.replica()))));
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        if (host.replicas(replica.pool()).stream().anyMatch(status -> status.state() == ReplicaState.UNREADY)) {
            var unused = host.health(replica.pool()).toCompletableFuture().join(); // in bounded time
        }
        return host.submit(replica.pool(), task);
    }

    @Override
    public Cancellation cancel(String jobId) {
        return host.cancel(jobId);
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return host.capability(replica.pool(), type);
    }

    @Override
    public void close() {
        host.close();
    }

    private static CompletionStage<WorkerProperties> stage(ReplicaResult<WorkerProperties> result) {
        if (result instanceof ReplicaResult.Failed<WorkerProperties> failed) {
            return CompletableFuture.failedStage(new WorkerException(failed.error()));
        }
        return CompletableFuture.completedStage(((ReplicaResult.Known<WorkerProperties>) result).value());
    }
}
