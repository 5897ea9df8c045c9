package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/** Loads a plugin for a host that consists of modules: it becomes a module layer with a loader of its own. */
final class LayerPlugin {

    private LayerPlugin() {}

    static void load(Unit unit, List<PluginJar> jars, UnitPlace place, ModuleLayer host, List<Found> found)
            throws Refusal {
        List<PluginJar> modules = new ArrayList<>();
        for (PluginJar jar : jars) {
            // An automatic module would say nothing of what it needs, and fail late and in the middle of a task.
            boolean automaticAdapter =
                    jar.moduleInfo() == null && !jar.services().isEmpty();
            if (automaticAdapter) {
                jar.services().forEach(provider -> found.add(automatic(provider, place.of(jar))));
            } else if (!jar.isShared()) {
                modules.add(jar);
            }
        }
        UnitModules parts = UnitModules.of(unit, modules, host);
        Set<String> roots = new TreeSet<>();
        for (PluginJar jar : modules) {
            List<String> provided = jar.provided();
            if (!provided.isEmpty()) {
                jar.module().ifPresent(roots::add);
            }
            if (jar.moduleInfo() != null) {
                jar.services().stream()
                        .filter(provider -> !provided.contains(provider))
                        .forEach(provider -> found.add(Found.rejected(Undeclared.unprovided(provider, place.of(jar)))));
            }
        }
        if (!roots.isEmpty()) {
            look(parts.define(unit.loaderName(), roots), jars, place, found);
        } else if (found.isEmpty()) {
            throw unit.withoutAdapter();
        }
    }

    private static Found automatic(String provider, DiscoveredAdapter.Origin origin) {
        return Found.rejected(DiscoveredAdapter.rejected(
                provider,
                origin,
                "it is an automatic module: its jar has META-INF/services and no module-info",
                "give it a module-info that provides it, or start the host with it on the class path"));
    }

    private static void look(UnitModules.Defined defined, List<PluginJar> jars, UnitPlace place, List<Found> found) {
        ModuleLayer layer = defined.layer();
        UnitLoader loader = defined.loader();
        Plugin plugin = new Plugin(loader);
        List<Found> here = ContextLoader.during(loader, () -> ask(layer, place));
        here.forEach(one -> found.add(Unit.loaded(one, loader, plugin, jars)));
    }

    /** The layer's own providers come first, then those of its parents, which are no business of the plugin's. */
    private static List<Found> ask(ModuleLayer layer, UnitPlace place) {
        List<Found> found = new ArrayList<>();
        Iterator<ServiceLoader.Provider<AdapterFactory>> providers =
                ServiceLoader.load(layer, AdapterFactory.class).stream().iterator();
        int own = layer.modules().stream()
                .mapToInt(module -> PluginJar.provided(module.getDescriptor()).size())
                .sum();
        for (int i = 0; i < own; i++) {
            try {
                if (!providers.hasNext()) {
                    break;
                }
                ServiceLoader.Provider<AdapterFactory> provider = providers.next();
                if (layer.equals(provider.type().getModule().getLayer())) {
                    found.add(Judge.make(provider.type(), provider, place));
                }
            } catch (Throwable e) {
                Foreign.rethrowIfFatal(e);
                found.add(Found.rejected(Complaints.about(e, place)));
            }
        }
        return found;
    }
}
