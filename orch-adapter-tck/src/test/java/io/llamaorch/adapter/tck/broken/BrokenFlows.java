package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.streams;
import static io.llamaorch.adapter.tck.broken.Changes.subscribers;
import static io.llamaorch.adapter.tck.broken.Changes.subscription;
import static io.llamaorch.adapter.tck.broken.Events.endedWell;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in demand and delivery (FLW). */
enum BrokenFlows implements Broken {
    IGNORES_A_REQUEST_FOR_NOTHING(rules("FLW-01"), subscription((subscription, stream) -> new Flow.Subscription() {
        @Override
        public void request(long more) {
            if (more > 0) {
                subscription.request(more);
            }
        }

        @Override
        public void cancel() {
            subscription.cancel();
        }
    })),

    IGNORES_DEMAND(rules("FLW-02"), subscription((subscription, stream) -> {
        subscription.request(Long.MAX_VALUE);
        return subscription;
    })),

    DROPS_WHAT_IS_NOT_ASKED_FOR(
            rules("FLW-01", "FLW-02", "FLW-03"), streams(stream -> subscribers(stream, Dropping::new))),

    SWALLOWS_WHAT_A_SUBSCRIBER_THROWS(
            rules("FLW-05"),
            streams(stream -> subscribers(stream, subscriber -> new Forwarding(subscriber) {
                @Override
                public void onNext(TokenEvent event) {
                    try {
                        super.onNext(event);
                    } catch (RuntimeException swallowed) {
                        // This is the change.
                    }
                }
            }))),

    CALLS_ONE_SUBSCRIBER_AT_A_TIME(rules("FLW-06"), adapter(correct -> {
        ReentrantLock turn = new ReentrantLock();
        return new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                return subscribers(correct.submit(task), subscriber -> new Forwarding(subscriber) {
                    @Override
                    public void onNext(TokenEvent event) {
                        turn.lock();
                        try {
                            super.onNext(event);
                        } finally {
                            turn.unlock();
                        }
                    }
                });
            }
        };
    })),

    TELLS_THE_OUTCOME_WITH_THE_LAST_EVENT(rules("FLW-07"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            CompletableFuture<TokenEvent.Terminal> told = new CompletableFuture<>();
            return new ChangedStream(correct.submit(task), event -> {
                if (event instanceof TokenEvent.Terminal terminal) {
                    told.complete(terminal);
                }
                return List.of(event);
            }) {
                @Override
                public CompletionStage<TokenEvent.Terminal> outcome() {
                    return correct.outcome()
                            .thenCompose(terminal -> endedWell(terminal)
                                    ? told
                                    : CompletableFuture.<TokenEvent.Terminal>completedStage(terminal));
                }
            };
        }
    })),

    LOOPS_TWICE(rules("FLW-08"), streams(correct -> new ChangedStream(correct, List::of) {
        @Override
        public Iterator<TokenEvent> iterator() {
            try {
                return super.iterator();
            } catch (IllegalStateException claimed) {
                return Collections.emptyIterator();
            }
        }
    })),

    SWALLOWS_AN_INTERRUPT(rules("FLW-08"), streams(correct -> new ChangedStream(correct, List::of) {
        @Override
        public Iterator<TokenEvent> iterator() {
            Iterator<TokenEvent> events = super.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    boolean more = events.hasNext();
                    Thread.interrupted(); // This is the change.
                    return more;
                }

                @Override
                public TokenEvent next() {
                    return events.next();
                }
            };
        }
    }));

    private final Change change;

    BrokenFlows(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
