package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A factory whose adapters have some options beside what they are made with.
 *
 * @param factory the factory
 * @param options the options; those that an adapter is made with go before them
 */
public record OptionedFactory(AdapterFactory factory, Map<String, String> options) implements AdapterFactory {

    @Override
    public String engine() {
        return factory.engine();
    }

    @Override
    public AdapterDescriptor descriptor() {
        return factory.descriptor();
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        Map<String, String> all = new LinkedHashMap<>(options);
        all.putAll(config.options());
        AdapterConfig.Builder more = AdapterConfig.builder()
                .replica(config.pool(), config.replica())
                .timeSource(config.timeSource())
                .deliveryExecutor(config.deliveryExecutor());
        config.url().ifPresent(more::url);
        config.token().ifPresent(more::token);
        all.forEach(more::option);
        return factory.create(more.build());
    }
}
