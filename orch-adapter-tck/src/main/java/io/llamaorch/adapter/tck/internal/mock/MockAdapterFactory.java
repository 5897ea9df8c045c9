package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.WorkerAdapter;

/**
 * Makes adapters for the engine {@code mock}: for trying things out, for the tests of a host, and as a model for
 * whoever writes an adapter.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class MockAdapterFactory implements AdapterFactory {

    static final String ENGINE = "mock";

    /** Called by the service loader; does nothing. */
    public MockAdapterFactory() {}

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public AdapterDescriptor descriptor() {
        return AdapterDescriptor.builder("Mock adapter", version(), AdapterDescriptor.SPI_GENERATION)
                .capabilities(Capability.STOP_STRINGS, Capability.SEED, Capability.CANCEL_PROOF)
                .options(MockOptions.SPECS)
                .build();
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        return new MockAdapter(config, MockOptions.read(config.options()));
    }

    /** The module knows it; on the class path nobody does. */
    static String version() {
        var descriptor = MockAdapterFactory.class.getModule().getDescriptor();
        return descriptor == null ? "unversioned" : descriptor.rawVersion().orElse("unversioned");
    }
}
