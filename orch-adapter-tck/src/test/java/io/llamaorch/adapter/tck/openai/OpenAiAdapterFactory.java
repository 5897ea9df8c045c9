package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes adapters to servers that speak the OpenAI-compatible protocol over plain HTTP. */
public final class OpenAiAdapterFactory implements AdapterFactory {

    /** The engine's name, by which hosts and users ask for it. */
    static final String ENGINE = "openai";

    private static final AdapterDescriptor DESCRIPTOR = AdapterDescriptor.builder(
                    "OpenAI-compatible servers", "1.0", AdapterDescriptor.SPI_GENERATION)
            .capabilities(Capability.CHAT_PROMPTS, Capability.REASONING, Capability.STOP_STRINGS, Capability.SEED)
            .options(options())
            .build();

    private static List<OptionSpec> options() {
        List<OptionSpec> options = new ArrayList<>(StreamLimits.options());
        options.add(limit("connect-timeout", "longest time until the connection stands, name lookup included"));
        options.add(limit("health-timeout", "longest time until a question about health or properties is answered"));
        return options;
    }

    private static OptionSpec limit(String name, String description) {
        return OptionSpec.duration(name, Duration.ofSeconds(5))
                .range(Duration.ofMillis(1), Duration.ofDays(1))
                .describedAs(description)
                .build();
    }

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public AdapterDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        List<String> faults = new ArrayList<>(
                OptionValues.faults(DESCRIPTOR.options(), config.options()).values());
        Endpoint.faultOf(config).ifPresent(faults::add);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return new OpenAiAdapter(config, OptionValues.read(DESCRIPTOR.options(), config.options()));
    }
}
