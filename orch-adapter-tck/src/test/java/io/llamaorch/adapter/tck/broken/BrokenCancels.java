package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.streams;
import static io.llamaorch.adapter.tck.broken.Changes.subscription;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in cancellation (CAN). */
enum BrokenCancels implements Broken {
    CANCELS_ONLY_WHAT_HAS_STARTED(rules("CAN-01", "CAN-03"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            AtomicBoolean started = new AtomicBoolean();
            return new ChangedStream(correct.submit(task), event -> {
                started.set(true);
                return List.of(event);
            }) {
                @Override
                public Cancellation cancel() {
                    return started.get() ? super.cancel() : Cancellation.notRunning();
                }
            };
        }
    })),

    KNOWS_NO_JOB_BY_ITS_ID(rules("CAN-02"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public Cancellation cancel(String jobId) {
            return Cancellation.notRunning();
        }
    })),

    TALKS_ON_TO_WHO_CANCELLED(rules("CAN-02"), subscription((subscription, stream) -> new Flow.Subscription() {
        @Override
        public void request(long more) {
            subscription.request(more);
        }

        @Override
        public void cancel() {
            stream.cancel();
        }
    })),

    FAILS_ON_AN_UNKNOWN_JOB(rules("CAN-04"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public Cancellation cancel(String jobId) {
            Cancellation cancellation = correct.cancel(jobId);
            if (cancellation.accepted().toCompletableFuture().getNow(null) == Cancellation.Answer.NOT_RUNNING) {
                throw new IllegalArgumentException("no job " + jobId);
            }
            return cancellation;
        }
    })),

    LETS_GO_LATE(rules("CAN-02", "CAN-05"), streams(correct -> new ChangedStream(correct, List::of) {
        @Override
        public Cancellation cancel() {
            CompletableFuture<Cancellation> later = CompletableFuture.supplyAsync(
                    correct::cancel,
                    CompletableFuture.delayedExecutor(
                            Patience.scaled(Duration.ofSeconds(1)).toMillis(), TimeUnit.MILLISECONDS));
            return Cancellation.of(
                    CompletableFuture.completedStage(Cancellation.Answer.ACCEPTED),
                    later.thenCompose(Cancellation::settled));
        }
    })),

    CANCELS_ALL_STREAMS_AT_ONCE(rules("CAN-06"), adapter(correct -> {
        Set<TokenStream> all = ConcurrentHashMap.newKeySet();
        return new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                TokenStream stream = correct.submit(task);
                all.add(stream);
                return new ChangedStream(stream, List::of) {
                    @Override
                    public Cancellation cancel() {
                        Cancellation own = stream.cancel();
                        all.forEach(TokenStream::cancel);
                        return own;
                    }
                };
            }
        };
    })),

    NEVER_SETTLES_A_CANCEL(rules("CAN-07", "CAP-01"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), List::of) {
                @Override
                public Cancellation cancel() {
                    return Cancellation.of(correct.cancel().accepted(), new CompletableFuture<CancelReceipt>());
                }
            };
        }
    })),

    CALLS_EVERY_SLOT_FREE(rules("CAN-07"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), List::of) {
                @Override
                public Cancellation cancel() {
                    return Cancellation.of(
                            correct.cancel().accepted(),
                            CompletableFuture.completedStage(CancelReceipt.slotFree(Duration.ZERO)));
                }
            };
        }
    }));

    private final Change change;

    BrokenCancels(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
