package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Loads a plugin for a host on the class path: it gets a class loader of its own, and counts by its services. */
final class LoaderPlugin {

    private final UnitLoader loader;
    private final UnitPlace place;

    private LoaderPlugin(UnitLoader loader, UnitPlace place) {
        this.loader = loader;
        this.place = place;
    }

    static void load(Unit unit, List<PluginJar> jars, UnitPlace place, List<Found> found) throws Refusal {
        List<PluginJar> own = jars.stream().filter(jar -> !jar.isShared()).toList();
        requireOneOfEach(unit, own);
        Set<String> listed = new LinkedHashSet<>();
        own.forEach(jar -> listed.addAll(jar.services()));
        for (PluginJar jar : own) {
            jar.provided().stream()
                    .filter(provider -> !listed.contains(provider))
                    .forEach(provider -> found.add(Found.rejected(Undeclared.unlisted(provider, place.of(jar)))));
        }
        if (listed.isEmpty()) {
            if (found.isEmpty()) {
                throw unit.withoutAdapter();
            }
            return;
        }
        List<URL> urls = new ArrayList<>();
        for (PluginJar jar : own) {
            urls.add(Origins.url(jar.path()));
        }
        UnitLoader loader = new UnitLoader(unit.loaderName(), urls, Map.of());
        Plugin plugin = new Plugin(loader);
        LoaderPlugin made = new LoaderPlugin(loader, place);
        for (String provider : listed) {
            found.add(Unit.loaded(ContextLoader.during(loader, () -> made.make(provider)), loader, plugin, jars));
        }
    }

    /** On a class path the first would silently win. */
    private static void requireOneOfEach(Unit unit, List<PluginJar> jars) throws Refusal {
        Map<String, PluginJar> byModule = new HashMap<>();
        for (PluginJar jar : jars) {
            PluginJar other =
                    jar.module().map(name -> byModule.putIfAbsent(name, jar)).orElse(null);
            if (other != null) {
                throw ModuleFaults.twice(unit, jar.module().orElseThrow(), other, jar);
            }
        }
    }

    private Found make(String provider) {
        DiscoveredAdapter.Origin named = place.naming(provider);
        Class<?> type;
        try {
            type = Class.forName(provider, false, loader);
        } catch (ClassNotFoundException e) {
            return Found.rejected(Complaints.absent(provider, named));
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            return Found.rejected(Complaints.about(provider, null, named, e));
        }
        if (!AdapterFactory.class.isAssignableFrom(type)) {
            return Found.rejected(Complaints.noFactory(provider, place.of(type)));
        }
        Constructor<?> constructor;
        try {
            constructor = type.getConstructor();
        } catch (NoSuchMethodException e) {
            return Found.rejected(Complaints.noConstructor(provider, place.of(type)));
        } catch (LinkageError e) {
            return Found.rejected(Complaints.about(type, place.of(type), e));
        }
        return Modifier.isPublic(type.getModifiers())
                ? Judge.make(type, () -> made(constructor), place)
                : Found.rejected(Complaints.noConstructor(provider, place.of(type)));
    }

    private static AdapterFactory made(Constructor<?> constructor) {
        try {
            return (AdapterFactory) constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
