package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/** One run of discovery: every provider by itself, so that none can spoil the others. */
public final class Discovery {

    /** Bounds a loader that would complain for ever. */
    private static final int MOST_PROVIDERS = 10_000;

    private final List<Found> found = new ArrayList<>();
    private final Set<Class<?>> seen = new HashSet<>();
    private final Set<String> complaints = new HashSet<>();

    private Discovery() {}

    /**
     * Looks on the module path, on the class path and in folders of plugins.
     *
     * @param pluginDirectories the folders
     * @return what was found
     */
    public static List<Found> run(List<Path> pluginDirectories) {
        Discovery discovery = new Discovery();
        // The class loader of the application, then our own: they differ inside containers. Each sees the modules that
        // it defined and the class path below it.
        discovery.look(ServiceLoader.load(AdapterFactory.class));
        discovery.look(ServiceLoader.load(AdapterFactory.class, Discovery.class.getClassLoader()));
        ModuleLayer layer = Discovery.class.getModule().getLayer();
        if (layer != null) {
            discovery.look(ServiceLoader.load(layer, AdapterFactory.class));
        }
        Undeclared.onThePaths().forEach(entry -> discovery.found.add(Found.rejected(entry)));
        pluginDirectories.forEach(directory -> discovery.found.addAll(PluginDirectory.load(directory)));
        return Rivals.rejected(discovery.found);
    }

    /**
     * Loads one plugin.
     *
     * @param jarOrFolder its jar, or the folder of its jars
     * @return what was found
     */
    public static List<Found> load(Path jarOrFolder) {
        return Rivals.rejected(Unit.at(jarOrFolder).load());
    }

    /**
     * Checks a factory that is registered by hand.
     *
     * @param factory the factory
     * @return what is to be known of it
     * @throws IllegalArgumentException if it is not fit to be loaded
     */
    public static Found check(AdapterFactory factory) {
        DiscoveredAdapter entry = Judge.judge(factory, Origins.ON_THE_PATHS.of(factory.getClass()));
        if (entry.verdict() == DiscoveredAdapter.Verdict.REJECTED) {
            throw new IllegalArgumentException(entry.toString());
        }
        return Found.loaded(entry, factory);
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
                        found.add(Judge.make(provider.type(), provider, Origins.ON_THE_PATHS));
                    }
                }
            } catch (Throwable e) {
                Foreign.rethrowIfFatal(e);
                // The next call goes on with the next provider.
                if (!(e instanceof LinkageError) || !complainByName()) {
                    complain(Complaints.about(e, Origins.ON_THE_PATHS));
                }
            }
        }
    }

    /** A class that cannot be linked is not named by the loader: says which of those that are listed it can be. */
    private boolean complainByName() {
        boolean any = false;
        for (String provider : Origins.listed().keySet()) {
            try {
                Class.forName(provider, false, Origins.loader());
            } catch (ClassNotFoundException missing) {
                // The service loader itself names this one.
            } catch (LinkageError e) {
                complain(Complaints.about(provider, null, Origins.ON_THE_PATHS.naming(provider), e));
                any = true;
            }
        }
        return any;
    }

    private void complain(DiscoveredAdapter entry) {
        if (complaints.add(entry.toString())) {
            found.add(Found.rejected(entry));
        }
    }
}
