package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The ways in which a correct adapter can be changed in one place. */
final class Changes {

    /** Lets the thread that was left last time end, so that a run leaves one and not a thousand. */
    private static final AtomicReference<CountDownLatch> LEFT = new AtomicReference<>(new CountDownLatch(1));

    private Changes() {}

    static Set<String> rules(String... ids) {
        return new TreeSet<>(List.of(ids));
    }

    /** Each event of each stream becomes others. */
    static UnaryOperator<AdapterFactory> stream(Function<TokenEvent, List<TokenEvent>> change) {
        return streamAnew(() -> change);
    }

    /** The same, by something that begins anew with each stream. */
    static UnaryOperator<AdapterFactory> streamAnew(Supplier<Function<TokenEvent, List<TokenEvent>>> change) {
        return adapter(correct -> new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                return new ChangedStream(correct.submit(task), change.get());
            }
        });
    }

    /** Each adapter becomes another. */
    static UnaryOperator<AdapterFactory> adapter(UnaryOperator<WorkerAdapter> change) {
        return factory(UnaryOperator.identity(), change);
    }

    /** Each adapter is made with another configuration. */
    static UnaryOperator<AdapterFactory> config(UnaryOperator<AdapterConfig> change) {
        return factory(change, UnaryOperator.identity());
    }

    private static UnaryOperator<AdapterFactory> factory(
            UnaryOperator<AdapterConfig> config, UnaryOperator<WorkerAdapter> adapter) {
        return correct -> new AdapterFactory() {
            @Override
            public String engine() {
                return correct.engine();
            }

            @Override
            public AdapterDescriptor descriptor() {
                return correct.descriptor();
            }

            @Override
            public WorkerAdapter create(AdapterConfig given) {
                return adapter.apply(correct.create(config.apply(given)));
            }
        };
    }

    static AdapterConfig rebuilt(AdapterConfig config, TimeSource time, Predicate<String> options) {
        AdapterConfig.Builder builder = AdapterConfig.builder()
                .replica(config.pool(), config.replica())
                .timeSource(time)
                .deliveryExecutor(config.deliveryExecutor());
        config.url().ifPresent(builder::url);
        config.token().ifPresent(builder::token);
        config.options().forEach((name, value) -> {
            if (options.test(name)) {
                builder.option(name, value);
            }
        });
        return builder.build();
    }

    static boolean failsWith(TokenEvent event, ErrorCode code) {
        return event instanceof TokenEvent.Error error && error.error().code() == code;
    }

    /** Whether it is an error that the engine stated itself. */
    static boolean isOfTheEngine(TokenEvent event) {
        return failsWith(event, ErrorCode.CONTEXT_EXCEEDED)
                || (event instanceof TokenEvent.Error error
                        && error.error().code() == ErrorCode.INTERNAL
                        && !error.error().excerpt().isEmpty());
    }

    static TokenEvent end(StopReason reason) {
        return new TokenEvent.End(reason, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
    }

    /** The same error with another code. */
    static TokenEvent fail(TokenEvent event, ErrorCode code) {
        if (!(event instanceof TokenEvent.Error error)) {
            return event;
        }
        return new TokenEvent.Error(WorkerError.builder(code, error.error().message())
                .engine(error.error().engine())
                .replica(error.error().replica())
                .tokensDelivered(error.error().tokensDelivered())
                .usage(error.error().usage())
                .build());
    }

    static void leaveThread() {
        CountDownLatch stays = new CountDownLatch(1);
        LEFT.getAndSet(stays).countDown();
        Thread left = new Thread(
                () -> {
                    try {
                        stays.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "left-behind");
        left.setDaemon(true);
        left.start();
    }
}
