package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.config;
import static io.llamaorch.adapter.tck.broken.Changes.end;
import static io.llamaorch.adapter.tck.broken.Changes.fail;
import static io.llamaorch.adapter.tck.broken.Changes.failsWith;
import static io.llamaorch.adapter.tck.broken.Changes.leaveThread;
import static io.llamaorch.adapter.tck.broken.Changes.rebuilt;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.stream;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.TestEngine;
import io.llamaorch.adapter.tck.internal.mock.MockHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change, and the rules that the change breaks. */
enum Broken {
    ENDS_TWICE(
            rules("EVT-01", "CAN-08"),
            stream(event -> event instanceof TokenEvent.Terminal ? List.of(event, event) : List.of(event))),

    STARTS_BEFORE_A_REFUSAL(rules("EVT-02"), Changes.streamAnew(() -> {
        boolean[] started = {false};
        return event -> {
            boolean late = event instanceof TokenEvent.Error && !started[0];
            started[0] |= event instanceof TokenEvent.Started;
            return late
                    ? List.of(new TokenEvent.Started("job", "mock", "model", StartDetails.NONE), event)
                    : List.of(event);
        };
    })),

    NUMBERS_FROM_ONE(
            rules("EVT-03"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Token token
                            ? new TokenEvent.Token(token.index() + 1, token.text(), token.channel(), token.details())
                            : event))),

    STRIPS_SPACES(
            rules("EVT-04"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Token token
                            ? new TokenEvent.Token(
                                    token.index(), token.text().stripLeading(), token.channel(), token.details())
                            : event))),

    TAKES_A_CUT_FOR_THE_END(
            rules("EVT-05", "EVT-08", "ERR-02", "ERR-05"),
            stream(event -> List.of(failsWith(event, ErrorCode.WORKER_RESET) ? end(StopReason.END_OF_TEXT) : event))),

    IGNORES_ERRORS_IN_THE_STREAM(
            rules("EVT-06"), stream(event -> List.of(Changes.isOfTheEngine(event) ? end(StopReason.UNKNOWN) : event))),

    DOES_NOT_TELL_THE_VERSION(
            rules("EVT-07"),
            stream(event -> List.of(
                    event instanceof TokenEvent.Started started
                            ? new TokenEvent.Started(
                                    started.jobId(), started.engine(), started.model(), StartDetails.NONE)
                            : event))),

    FORGETS_THE_USAGE_OF_A_CANCEL(
            rules("EVT-08"),
            stream(event -> List.of(
                    event instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED
                            ? new TokenEvent.End(end.reason(), Usage.UNKNOWN, end.timings(), end.details())
                            : event))),

    HOLDS_A_PIECE_BACK(rules("EVT-09", "EVT-08", "CAN-02", "CAN-03", "TIM-01", "TIM-02"), Changes.streamAnew(() -> {
        List<TokenEvent> held = new ArrayList<>();
        return event -> {
            List<TokenEvent> now = new ArrayList<>(held);
            held.clear();
            if (event instanceof TokenEvent.Token) {
                held.add(event);
            } else {
                now.add(event);
            }
            return now;
        };
    })),

    IGNORES_DEMAND(rules("FLW-02"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), List::of) {
                @Override
                public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
                    super.subscribe(new Forwarding(subscriber) {
                        @Override
                        public void onSubscribe(Flow.Subscription subscription) {
                            super.onSubscribe(subscription);
                            subscription.request(Long.MAX_VALUE);
                        }
                    });
                }
            };
        }
    })),

    DROPS_WHAT_IS_NOT_ASKED_FOR(rules("FLW-02", "FLW-03"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), List::of) {
                @Override
                public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
                    super.subscribe(new Dropping(subscriber));
                }
            };
        }
    })),

    SWALLOWS_WHAT_A_SUBSCRIBER_THROWS(rules("FLW-05"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), List::of) {
                @Override
                public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
                    super.subscribe(new Forwarding(subscriber) {
                        @Override
                        public void onNext(TokenEvent event) {
                            try {
                                super.onNext(event);
                            } catch (RuntimeException swallowed) {
                                // This is the change.
                            }
                        }
                    });
                }
            };
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

    KNOWS_NO_JOB_BY_ITS_ID(rules("CAN-02"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public Cancellation cancel(String jobId) {
            return Cancellation.notRunning();
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

    NEVER_SETTLES_A_CANCEL(rules("CAN-07"), adapter(correct -> new ChangedAdapter(correct) {
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
    })),

    WAITS_BY_THE_SYSTEMS_CLOCK(
            rules("TIM-01", "TIM-02", "FLW-04", "HLT-03"),
            config(config -> rebuilt(config, TimeSource.system(), name -> true))),

    FORGETS_THE_DEADLINE(rules("TIM-02"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            TaskRequest.Builder endless =
                    TaskRequest.builder(task.prompt()).jobId(task.jobId()).sampling(task.sampling());
            task.maxTokens().ifPresent(endless::maxTokens);
            return correct.submit(endless.build());
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
            rules("ERR-03", "ERR-04"),
            stream(event ->
                    List.of(failsWith(event, ErrorCode.PROTOCOL) ? fail(event, ErrorCode.WORKER_RESET) : event))),

    ANSWERS_AFTER_CLOSE(rules("LIF-05"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            try {
                return correct.submit(task);
            } catch (IllegalStateException closed) {
                return TokenStream.failed(
                        task.jobId(), WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "the adapter is closed"));
            }
        }
    })),

    LEAVES_A_THREAD(rules("LIF-04", "LIF-06"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public void close() {
            correct.close();
            leaveThread();
        }
    })),

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

    IGNORES_UNKNOWN_OPTIONS(
            rules("CFG-02"),
            config(config -> rebuilt(
                    config,
                    config.timeSource(),
                    name -> !name.equals("no-such-option") && !name.equals("nor-this-one"))));

    private final Set<String> breaks;
    private final UnaryOperator<AdapterFactory> change;

    Broken(Set<String> breaks, UnaryOperator<AdapterFactory> change) {
        this.breaks = breaks;
        this.change = change;
    }

    /** The ids of the rules that the change breaks. */
    Set<String> breaks() {
        return breaks;
    }

    /** The mock adapter on its own engine, with the change. */
    AdapterHarness harness() {
        MockHarness correct = new MockHarness();
        return new AdapterHarness() {
            @Override
            public AdapterFactory factory() {
                return change.apply(correct.factory());
            }

            @Override
            public TestEngine start(EngineScript script) {
                return correct.start(script);
            }
        };
    }
}
