package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes {@link FakeAdapter}s, or whatever a test puts in place of each of its methods. */
final class FakeFactory implements AdapterFactory {

    final List<FakeAdapter> made = new CopyOnWriteArrayList<>();

    private final String engine;
    private Supplier<String> name;
    private Supplier<AdapterDescriptor> descriptor = () -> descriptor(AdapterDescriptor.SPI_GENERATION);
    private volatile Consumer<FakeAdapter> setUp = adapter -> {};
    private volatile Function<AdapterConfig, WorkerAdapter> create = this::make;

    FakeFactory(String engine) {
        this.engine = engine;
        this.name = () -> engine;
    }

    static AdapterDescriptor descriptor(int generation) {
        return AdapterDescriptor.builder("Fake", "1.2", generation).build();
    }

    FakeFactory named(Supplier<String> answer) {
        name = answer;
        return this;
    }

    FakeFactory described(Supplier<AdapterDescriptor> answer) {
        descriptor = answer;
        return this;
    }

    /** All adapters from now on declare these. */
    FakeFactory declares(Capability... capabilities) {
        return described(() -> AdapterDescriptor.builder("Fake", "1.2", AdapterDescriptor.SPI_GENERATION)
                .capabilities(capabilities)
                .build());
    }

    FakeFactory creates(Function<AdapterConfig, WorkerAdapter> instead) {
        create = instead;
        return this;
    }

    FakeFactory eachIs(Consumer<FakeAdapter> action) {
        setUp = action;
        return this;
    }

    /** The adapter that was made last for a replica. */
    FakeAdapter of(String replica) {
        List<FakeAdapter> its = made.stream()
                .filter(adapter -> adapter.config.replica().equals(replica))
                .toList();
        return its.get(its.size() - 1);
    }

    @Override
    public String engine() {
        return name.get();
    }

    @Override
    public AdapterDescriptor descriptor() {
        return descriptor.get();
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        return create.apply(config);
    }

    FakeAdapter make(AdapterConfig config) {
        FakeAdapter adapter = new FakeAdapter(engine, config);
        setUp.accept(adapter);
        made.add(adapter);
        return adapter;
    }
}
