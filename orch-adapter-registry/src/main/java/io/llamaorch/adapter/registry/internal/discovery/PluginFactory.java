package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.WorkerAdapter;

/** The factory of a plugin, called with the plugin's loader as the thread's context class loader. */
final class PluginFactory implements AdapterFactory {

    private final AdapterFactory factory;
    private final ClassLoader loader;
    private final MadeAdapters made;

    PluginFactory(AdapterFactory factory, ClassLoader loader, MadeAdapters made) {
        this.factory = factory;
        this.loader = loader;
        this.made = made;
    }

    @Override
    public String engine() {
        return ContextLoader.during(loader, factory::engine);
    }

    @Override
    public AdapterDescriptor descriptor() {
        return ContextLoader.during(loader, factory::descriptor);
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        WorkerAdapter adapter = ContextLoader.during(loader, () -> factory.create(config));
        if (adapter != null) { // a broken one may give none, which the caller is to hear
            made.add(config, adapter);
        }
        return adapter;
    }

    @Override
    public String toString() {
        return ContextLoader.during(loader, factory::toString);
    }
}
