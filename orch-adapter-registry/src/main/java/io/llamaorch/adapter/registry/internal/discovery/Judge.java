package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Makes a factory, asks it, and says whether it is fit to be loaded. */
final class Judge {

    private static final Pattern ENGINE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private Judge() {}

    /** Makes a factory of this type; whatever it throws costs only itself. */
    static Found make(Class<?> type, Supplier<AdapterFactory> maker, Place place) {
        AdapterFactory factory;
        try {
            factory = maker.get();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            return Found.rejected(Complaints.about(type, place.of(type), e));
        }
        DiscoveredAdapter entry = judge(factory, place.of(factory.getClass()));
        return entry.verdict() == DiscoveredAdapter.Verdict.LOADED
                ? Found.loaded(entry, factory)
                : Found.rejected(entry);
    }

    static DiscoveredAdapter judge(AdapterFactory factory, DiscoveredAdapter.Origin origin) {
        String provider = factory.getClass().getName();
        String engine;
        AdapterDescriptor descriptor;
        try {
            engine = factory.engine();
            descriptor = factory.descriptor();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            Optional<String> otherSpi = SpiSkew.reason(e, factory.getClass());
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    otherSpi.orElseGet(() -> "it threw " + Complaints.words(e)
                            + " when it was asked for its engine's name or its descriptor"),
                    otherSpi.isPresent() ? SpiSkew.REMEDY : "tell its author: both must always answer");
        }
        if (engine == null || !ENGINE.matcher(engine).matches()) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "its engine's name is '" + engine + "'",
                    "tell its author: the name must match " + ENGINE);
        }
        if (descriptor == null) {
            return DiscoveredAdapter.rejected(
                    provider, origin, "its descriptor is null", "tell its author: it must always answer");
        }
        DiscoveredAdapter entry = DiscoveredAdapter.loaded(provider, engine, descriptor.version(), origin);
        if (descriptor.spiGeneration() != AdapterDescriptor.SPI_GENERATION) {
            return entry.butRejected(
                    "it was built for generation " + descriptor.spiGeneration() + " of the SPI, and this host has "
                            + AdapterDescriptor.SPI_GENERATION,
                    SpiSkew.REMEDY);
        }
        return entry;
    }
}
