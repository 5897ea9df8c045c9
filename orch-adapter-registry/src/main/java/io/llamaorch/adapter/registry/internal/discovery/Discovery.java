package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveryReport;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One run of discovery: every provider by itself, so that none can spoil the others. */
public final class Discovery {

    /** Bounds a loader that would complain for ever. */
    private static final int MOST_PROVIDERS = 10_000;

    private static final Pattern ENGINE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<DiscoveredAdapter> entries = new ArrayList<>();
    private final Set<Class<?>> seen = new HashSet<>();
    private final Set<String> complaints = new HashSet<>();

    private Discovery() {}

    /** A provider that passed every test but that of being the only one for its engine. */
    private record Candidate(AdapterFactory factory, DiscoveredAdapter entry) {}

    /**
     * Looks everywhere.
     *
     * @return what was found
     */
    public static Discovery run() {
        Discovery discovery = new Discovery();
        // The class loader of the application, then our own: they differ inside containers. Each sees the modules that
        // it defined and the class path below it.
        discovery.look(ServiceLoader.load(AdapterFactory.class));
        discovery.look(ServiceLoader.load(AdapterFactory.class, Discovery.class.getClassLoader()));
        ModuleLayer layer = Discovery.class.getModule().getLayer();
        if (layer != null) {
            discovery.look(ServiceLoader.load(layer, AdapterFactory.class));
        }
        discovery.rejectRivals();
        return discovery;
    }

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

    /** {@return engine to factory of what can be used} */
    public Map<String, AdapterFactory> loaded() {
        Map<String, AdapterFactory> loaded = new LinkedHashMap<>();
        candidates.forEach(candidate -> loaded.put(candidate.entry.engine(), candidate.factory));
        return loaded;
    }

    /** {@return everything that was found} */
    public DiscoveryReport report() {
        return DiscoveryReport.of(entries);
    }

    private void look(ServiceLoader<AdapterFactory> loader) {
        // Within one look a type may come more than once: it is what a provider method declares, not what it makes.
        Set<Class<?>> seenBefore = Set.copyOf(seen);
        Iterator<ServiceLoader.Provider<AdapterFactory>> providers =
                loader.stream().iterator();
        boolean more = true;
        for (int attempt = 0; more && attempt < MOST_PROVIDERS; attempt++) {
            try {
                more = providers.hasNext();
                if (more) {
                    ServiceLoader.Provider<AdapterFactory> provider = providers.next();
                    seen.add(provider.type());
                    if (!seenBefore.contains(provider.type())) {
                        take(provider);
                    }
                }
            } catch (Throwable e) {
                Foreign.rethrowIfFatal(e);
                // The next call goes on with the next provider.
                if (!(e instanceof LinkageError) || !complainByName()) {
                    complain("", DiscoveredAdapter.Origin.UNKNOWN, e);
                }
            }
        }
    }

    private void take(ServiceLoader.Provider<AdapterFactory> provider) {
        DiscoveredAdapter.Origin origin = Origins.of(provider.type());
        AdapterFactory factory;
        try {
            factory = provider.get();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            complain(provider.type().getName(), origin, e);
            return;
        }
        DiscoveredAdapter entry = judge(factory, Origins.of(factory.getClass()));
        entries.add(entry);
        if (entry.verdict() == DiscoveredAdapter.Verdict.LOADED) {
            candidates.add(new Candidate(factory, entry));
        }
    }

    /** A class that cannot be linked is not named by the loader: says which of those that are listed it can be. */
    private boolean complainByName() {
        boolean found = false;
        for (String provider : Origins.listed().keySet()) {
            try {
                Class.forName(provider, false, Origins.loader());
            } catch (ClassNotFoundException missing) {
                // The service loader itself names this one.
            } catch (LinkageError e) {
                complain(provider, Origins.naming(provider), e);
                found = true;
            }
        }
        return found;
    }

    private void complain(String provider, DiscoveredAdapter.Origin origin, Throwable failure) {
        DiscoveredAdapter entry = Complaints.about(provider, origin, failure);
        if (complaints.add(entry.toString())) {
            entries.add(entry);
        }
    }

    private static DiscoveredAdapter judge(AdapterFactory factory, DiscoveredAdapter.Origin origin) {
        String provider = factory.getClass().getName();
        String engine;
        AdapterDescriptor descriptor;
        try {
            engine = factory.engine();
            descriptor = factory.descriptor();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
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

    /** Two providers of one engine are both rejected: never does the first win (REG-04). */
    private void rejectRivals() {
        Map<String, List<Candidate>> byEngine =
                candidates.stream().collect(Collectors.groupingBy(candidate -> candidate.entry.engine()));
        byEngine.forEach((engine, rivals) -> {
            if (rivals.size() > 1) {
                String all = rivals.stream()
                        .map(rival -> rival.entry.provider() + " from " + rival.entry.origin())
                        .sorted()
                        .collect(Collectors.joining(" and "));
                for (Candidate rival : rivals) {
                    candidates.remove(rival);
                    entries.set(
                            entries.indexOf(rival.entry),
                            rival.entry.butRejected(
                                    rivals.size() + " providers serve engine '" + engine + "': " + all,
                                    "keep one of them, or register the one that is meant by hand"));
                }
            }
        });
    }
}
