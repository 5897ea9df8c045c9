package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes adapters for the engine {@code mock}: for trying things out, for the tests of a host, and as a model for
 * whoever writes an adapter.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class MockAdapterFactory implements AdapterFactory {

    public static final String ENGINE = "mock";

    /** Finds the engine that stands ready for a configuration; without one the adapter gets an engine of its own. */
    private final Function<AdapterConfig, Optional<MockEngine>> ready;

    /** Called by the service loader; does nothing. */
    public MockAdapterFactory() {
        this(config -> Optional.empty());
    }

    MockAdapterFactory(Function<AdapterConfig, Optional<MockEngine>> ready) {
        this.ready = ready;
    }

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public AdapterDescriptor descriptor() {
        return AdapterDescriptor.builder("Mock adapter", version(), AdapterDescriptor.SPI_GENERATION)
                .capabilities(
                        Capability.CHAT_PROMPTS,
                        Capability.TOOL_CALLS,
                        Capability.REASONING,
                        Capability.STOP_STRINGS,
                        Capability.SEED,
                        Capability.DETERMINISM,
                        Capability.CANCEL_PROOF,
                        Capability.TOKENIZATION,
                        Capability.CHAT_TEMPLATES,
                        Capability.EMBEDDINGS,
                        Capability.ENGINE_METRICS)
                .options(MockOptions.SPECS)
                .build();
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        MockOptions options = MockOptions.read(config.options());
        Optional<MockEngine> engine = ready.apply(config);
        return engine.isPresent()
                ? new MockAdapter(config, options, engine.get(), false)
                : new MockAdapter(config, options, new MockEngine("", options.engine()), true);
    }

    /** The module knows it; on the class path nobody does. */
    static String version() {
        var descriptor = MockAdapterFactory.class.getModule().getDescriptor();
        return descriptor == null ? "unversioned" : descriptor.rawVersion().orElse("unversioned");
    }
}
