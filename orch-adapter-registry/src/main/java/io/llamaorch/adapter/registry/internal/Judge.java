package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.regex.Pattern;

/** Decides whether a factory that was made is fit for use: it must keep to what the SPI says about its answers. */
public final class Judge {

    private static final Pattern ENGINE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private Judge() {}

    /**
     * Checks a factory that is registered by hand.
     *
     * @param factory the factory
     * @return its engine's name
     * @throws IllegalArgumentException if it is not fit to be loaded
     */
    public static String check(AdapterFactory factory) {
        DiscoveredAdapter entry = judge(factory, Origins.of(factory.getClass()));
        if (entry.verdict() == DiscoveredAdapter.Verdict.REJECTED) {
            throw new IllegalArgumentException(entry.toString());
        }
        return entry.engine();
    }

    static DiscoveredAdapter judge(AdapterFactory factory, Origin origin) {
        String provider = factory.getClass().getName();
        String engine;
        AdapterDescriptor descriptor;
        try {
            engine = factory.engine();
            descriptor = factory.descriptor();
        } catch (LinkageError e) {
            return unlike(provider, origin, e);
        } catch (Throwable e) { // whatever it is, it costs only this adapter
            Faults.rethrowFatal(e);
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "it threw " + e + " when it was asked for its engine's name or its descriptor",
                    "tell its author: both must always answer");
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
                    "get a version of the adapter that was built for this host's SPI, or a host for the adapter's");
        }
        return entry;
    }

    /** An adapter of another generation may miss a method before it can name its generation (REG-05). */
    private static DiscoveredAdapter unlike(String provider, Origin origin, LinkageError failure) {
        Throwable root = Faults.root(failure);
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                "it does not fit this host, or a library is missing or of another version: " + root,
                "get a version of the adapter that was built for generation " + AdapterDescriptor.SPI_GENERATION
                        + " of the SPI, with all its libraries");
    }
}
