package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.registry.DiscoveryReport;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of discovery: every provider by itself, so that none can spoil the others. */
public final class Discovery {

    /** Bounds a loader that would complain for ever. */
    private static final int MOST_PROVIDERS = 10_000;

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<DiscoveredAdapter> entries = new ArrayList<>();
    private final Set<List<Object>> seen = new HashSet<>();

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
        // The application's loader, then our own: they differ inside containers. Each sees the class path below it and
        // the modules of its own and of the loaders below, which is all of the boot layer. Another layer may have
        // modules with loaders of their own, so if we are in one, we ask it too.
        ModuleLayer own = Discovery.class.getModule().getLayer();
        ModuleLayer layer = own == null ? ModuleLayer.boot() : own;
        for (ClassLoader loader : loaders()) {
            discovery.look(ServiceLoader.load(AdapterFactory.class, loader), loader, layer);
        }
        if (layer != ModuleLayer.boot()) {
            discovery.look(ServiceLoader.load(layer, AdapterFactory.class), Discovery.class.getClassLoader(), layer);
        }
        discovery.rejectRivals();
        return discovery;
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

    private static Set<ClassLoader> loaders() {
        Set<ClassLoader> loaders = new LinkedHashSet<>();
        loaders.add(Objects.requireNonNullElseGet(
                Thread.currentThread().getContextClassLoader(), ClassLoader::getSystemClassLoader));
        loaders.add(Discovery.class.getClassLoader());
        return loaders;
    }

    private void look(ServiceLoader<AdapterFactory> services, ClassLoader loader, ModuleLayer layer) {
        Iterator<ServiceLoader.Provider<AdapterFactory>> providers =
                services.stream().iterator();
        boolean more = true;
        for (int attempt = 0; more && attempt < MOST_PROVIDERS; attempt++) {
            try {
                more = providers.hasNext();
                if (more) {
                    take(providers.next(), loader, layer);
                }
            } catch (Throwable e) { // the next call goes on with the next provider
                complain(null, e, loader, layer);
            }
        }
    }

    private void take(ServiceLoader.Provider<AdapterFactory> provider, ClassLoader loader, ModuleLayer layer) {
        AdapterFactory factory;
        try {
            factory = provider.get();
        } catch (Throwable e) { // it costs only this provider
            complain(provider.type(), e, loader, layer);
            return;
        }
        // By its own class: the type of a provider method may be a mere interface, or serve several engines.
        Class<?> type = factory.getClass();
        DiscoveredAdapter entry = Judge.judge(factory, Origins.of(type));
        if (seen.add(List.of(type, entry.engine()))) {
            entries.add(entry);
            if (entry.verdict() == DiscoveredAdapter.Verdict.LOADED) {
                candidates.add(new Candidate(factory, entry));
            }
        }
    }

    private void complain(@Nullable Class<?> type, Throwable failure, ClassLoader loader, ModuleLayer layer) {
        Faults.rethrowFatal(failure);
        ServiceFiles files = ServiceFiles.seenBy(loader);
        String provider = Complaints.provider(failure)
                .or(() -> failure instanceof LinkageError linkage ? files.culprit(linkage) : Optional.empty())
                .or(() -> Optional.ofNullable(type).map(Class::getName))
                .orElse("");
        Origin origin = type != null && type.getName().equals(provider)
                ? Origins.of(type)
                : files.location(provider)
                        .map(Origins::onClassPath)
                        .or(() -> Origins.providing(layer, provider))
                        .orElse(Origin.UNKNOWN);
        DiscoveredAdapter entry = Complaints.about(provider, origin, failure);
        if (seen.add(provider.isEmpty() ? List.of(entry.reason()) : List.of(provider, origin))) {
            entries.add(entry);
        }
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
