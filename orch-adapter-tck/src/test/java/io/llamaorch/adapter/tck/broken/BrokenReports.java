package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.stream;
import static io.llamaorch.adapter.tck.broken.Events.fail;
import static io.llamaorch.adapter.tck.broken.Events.failsWith;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in health, properties and errors (HLT, ERR). */
enum BrokenReports implements Broken {
    TAKES_LOADING_FOR_DEATH(rules("HLT-01"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public CompletionStage<WorkerHealth> health() {
            return correct.health()
                    .thenApply(health -> health.status() == WorkerHealth.Status.DEGRADED
                            ? WorkerHealth.unhealthy(ErrorCode.POOL_UNAVAILABLE, health.reason())
                            : health);
        }
    })),

    PROBES_WITH_A_TASK(rules("HLT-02"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public CompletionStage<WorkerHealth> health() {
            try {
                correct.submit(TaskRequest.builder("ping").maxTokens(1).build());
            } catch (IllegalStateException closed) {
                return correct.health();
            }
            return correct.health();
        }
    })),

    MAKES_UP_SLOTS(rules("HLT-06"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public CompletionStage<WorkerProperties> properties() {
            return correct.properties()
                    .thenApply(properties -> properties.toBuilder().slots(1).build());
        }
    })),

    TAKES_LOADING_FOR_A_FAULT(
            rules("ERR-01", "ERR-03"),
            stream(event ->
                    List.of(failsWith(event, ErrorCode.POOL_UNREADY) ? fail(event, ErrorCode.INTERNAL) : event))),

    HANDS_ON_WHAT_THE_CLIENT_THREW(rules("ERR-01"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public CompletionStage<WorkerProperties> properties() {
            return correct.properties()
                    .exceptionallyCompose(thrown -> CompletableFuture.failedStage(
                            thrown.getCause() instanceof WorkerException || thrown instanceof WorkerException
                                    ? new IOException("connection refused")
                                    : thrown));
        }
    })),

    DOES_NOT_NAME_THE_REPLICA(
            rules("ERR-02"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Error error
                            ? new TokenEvent.Error(
                                    error.error().toBuilder().replica("").build())
                            : event))),

    TAKES_TOO_MANY_REQUESTS_FOR_A_FAULT(
            rules("ERR-02", "ERR-03"),
            stream(event ->
                    List.of(failsWith(event, ErrorCode.ADMISSION_REJECT) ? fail(event, ErrorCode.INTERNAL) : event))),

    TAKES_NONSENSE_FOR_A_CUT(
            rules("ERR-03", "ERR-04", "SEC-05"),
            stream(event ->
                    List.of(failsWith(event, ErrorCode.PROTOCOL) ? fail(event, ErrorCode.WORKER_RESET) : event))),

    STAYS_ILL(rules("ERR-06"), adapter(correct -> {
        AtomicBoolean ill = new AtomicBoolean();
        return new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                if (ill.getAndSet(false)) {
                    return TokenStream.failed(
                            task.jobId(), WorkerError.of(ErrorCode.INTERNAL, "the connection was used up"));
                }
                return new ChangedStream(correct.submit(task), event -> {
                    ill.compareAndSet(false, failsWith(event, ErrorCode.WORKER_RESET));
                    return List.of(event);
                });
            }
        };
    }));

    private final Change change;

    BrokenReports(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
