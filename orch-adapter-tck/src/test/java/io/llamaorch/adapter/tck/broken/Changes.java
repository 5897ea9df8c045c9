package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The places in which a correct adapter can be changed, each as a change of its factory. */
final class Changes {

    private Changes() {}

    static Set<String> rules(String... ids) {
        return new TreeSet<>(List.of(ids));
    }

    /** Each event of each stream becomes others. */
    static UnaryOperator<AdapterFactory> stream(Function<TokenEvent, List<TokenEvent>> change) {
        return streamAnew(() -> change);
    }

    /** The fingerprint at the end of each stream above best effort becomes another. */
    static UnaryOperator<AdapterFactory> fingerprint(UnaryOperator<Map<String, String>> change) {
        return stream(event -> List.of(
                event instanceof TokenEvent.End end && Events.isOfALevel(end)
                        ? Events.fingerprinted(end, change)
                        : event));
    }

    /** The same, by something that begins anew with each stream. */
    static UnaryOperator<AdapterFactory> streamAnew(Supplier<Function<TokenEvent, List<TokenEvent>>> change) {
        return streams(stream -> new ChangedStream(stream, change.get()));
    }

    /** Each event becomes others if the engine has a fault of this kind: what a wire would bring, and the mock has none. */
    static UnaryOperator<AdapterFactory> onFault(
            Predicate<Fault> struck, Function<TokenEvent, List<TokenEvent>> change) {
        return correct -> correct instanceof ChangedHarness.OnScript known
                        && known.script().faults().stream().anyMatch(struck)
                ? stream(change).apply(correct)
                : correct;
    }

    /** Each stream becomes another. */
    static UnaryOperator<AdapterFactory> streams(UnaryOperator<TokenStream> change) {
        return adapter(correct -> new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                return change.apply(correct.submit(task));
            }
        });
    }

    /** Each subscription becomes another, which may know its stream. */
    static UnaryOperator<AdapterFactory> subscription(
            BiFunction<Flow.Subscription, TokenStream, Flow.Subscription> change) {
        return streams(stream -> subscribers(stream, subscriber -> new Forwarding(subscriber) {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                super.onSubscribe(change.apply(subscription, stream));
            }
        }));
    }

    /** A stream that has another subscriber than it is given. */
    static TokenStream subscribers(
            TokenStream stream,
            Function<Flow.Subscriber<? super TokenEvent>, Flow.Subscriber<? super TokenEvent>> change) {
        return new ChangedStream(stream, List::of) {
            @Override
            public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
                super.subscribe(change.apply(subscriber));
            }
        };
    }

    /** Each task becomes another. */
    static UnaryOperator<AdapterFactory> tasks(UnaryOperator<TaskRequest> change) {
        return adapter(correct -> new ChangedAdapter(correct) {
            @Override
            public TokenStream submit(TaskRequest task) {
                return correct.submit(change.apply(task));
            }
        });
    }

    /** Each adapter becomes another. */
    static UnaryOperator<AdapterFactory> adapter(UnaryOperator<WorkerAdapter> change) {
        return made((config, correct) -> change.apply(correct.create(config)));
    }

    /** One capability interface becomes another. */
    static <C> UnaryOperator<AdapterFactory> capability(Class<C> changed, UnaryOperator<C> change) {
        return adapter(correct -> new ChangedAdapter(correct) {
            @Override
            public <T> Optional<T> capability(Class<T> type) {
                Optional<T> found = correct.capability(type);
                return type == changed ? found.map(there -> type.cast(change.apply(changed.cast(there)))) : found;
            }
        });
    }

    /** Each adapter is made with another configuration. */
    static UnaryOperator<AdapterFactory> config(UnaryOperator<AdapterConfig> change) {
        return made((config, correct) -> correct.create(change.apply(config)));
    }

    /** Each adapter is made in another way. */
    static UnaryOperator<AdapterFactory> made(BiFunction<AdapterConfig, AdapterFactory, WorkerAdapter> change) {
        return correct -> new Made(correct, correct.descriptor(), change);
    }

    /** The descriptor declares something more. */
    static UnaryOperator<AdapterFactory> declaring(Capability more) {
        return redeclared(capabilities -> capabilities.add(more));
    }

    /** The descriptor hides something. */
    static UnaryOperator<AdapterFactory> hiding(Capability less) {
        return redeclared(capabilities -> capabilities.remove(less));
    }

    private static UnaryOperator<AdapterFactory> redeclared(Predicate<Set<Capability>> change) {
        return correct -> {
            AdapterDescriptor declared = correct.descriptor();
            Set<Capability> capabilities = EnumSet.copyOf(declared.capabilities());
            change.test(capabilities);
            AdapterDescriptor other = AdapterDescriptor.builder(
                            declared.name(), declared.version(), declared.spiGeneration())
                    .capabilities(capabilities.toArray(Capability[]::new))
                    .options(declared.options())
                    .build();
            return new Made(correct, other, (config, factory) -> factory.create(config));
        };
    }

    private record Made(
            AdapterFactory correct,
            AdapterDescriptor descriptor,
            BiFunction<AdapterConfig, AdapterFactory, WorkerAdapter> change)
            implements AdapterFactory {

        @Override
        public String engine() {
            return correct.engine();
        }

        @Override
        public WorkerAdapter create(AdapterConfig config) {
            return change.apply(config, correct);
        }
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
}
