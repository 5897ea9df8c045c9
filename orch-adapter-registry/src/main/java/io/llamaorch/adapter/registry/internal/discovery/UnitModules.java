package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.net.URL;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The modules of one plugin. Faults are looked for in the descriptors before the JDK puts the modules together, so that they
 * are told in the same words on every JDK; what the JDK finds beyond that is told in its words.
 */
final class UnitModules implements ModuleFinder {

    private final Unit unit;
    private final ModuleLayer host;
    private final Map<String, Part> parts;

    private UnitModules(Unit unit, ModuleLayer host, Map<String, Part> parts) {
        this.unit = unit;
        this.host = host;
        this.parts = parts;
    }

    /** A module and its jar. */
    record Part(PluginJar jar, ModuleReference reference) {

        ModuleDescriptor descriptor() {
            return reference.descriptor();
        }

        String name() {
            return descriptor().name();
        }

        @Override
        public String toString() {
            return name() + " (" + jar.name() + ")";
        }
    }

    /** A layer, and the loader of all its classes. */
    record Defined(ModuleLayer layer, UnitLoader loader) {}

    static UnitModules of(Unit unit, List<PluginJar> jars, ModuleLayer host) throws Refusal {
        Map<String, Part> parts = new TreeMap<>();
        for (PluginJar jar : jars) {
            Part part = new Part(jar, JarFaults.module(jar));
            Part other = parts.putIfAbsent(part.name(), part);
            if (other != null) {
                throw ModuleFaults.twice(unit, part.name(), other.jar(), jar);
            }
        }
        return new UnitModules(unit, host, parts);
    }

    @Override
    public Optional<ModuleReference> find(String name) {
        return Optional.ofNullable(parts.get(name)).map(Part::reference);
    }

    @Override
    public Set<ModuleReference> findAll() {
        return parts.values().stream().map(Part::reference).collect(Collectors.toSet());
    }

    /**
     * Makes the layer. The plugin's own modules win over the host's of the same name. Those that only provide a service for
     * the others are bound too, for a library may be of no use without them; a jar that nothing needs costs nothing.
     */
    Defined define(String loaderName, Set<String> roots) throws Refusal {
        check(reached(roots));
        try {
            Configuration configuration =
                    Configuration.resolveAndBind(this, List.of(host.configuration()), ModuleFinder.of(), roots);
            List<Part> resolved = configuration.modules().stream()
                    .flatMap(module -> Optional.ofNullable(parts.get(module.name())).stream())
                    .toList();
            check(resolved);
            Map<String, URL> jars = new TreeMap<>();
            resolved.forEach(
                    part -> jars.put(part.name(), Origins.url(part.jar().path())));
            UnitLoader loader = new UnitLoader(loaderName, List.copyOf(jars.values()), jars);
            ModuleLayer layer = ModuleLayer.defineModules(configuration, List.of(host), name -> loader)
                    .layer();
            return new Defined(layer, loader);
        } catch (FindException | ResolutionException | LayerInstantiationException e) {
            throw ModuleFaults.ofJdk(unit, parts, e);
        }
    }

    /** These modules, and those that they require and the plugin has. */
    private Collection<Part> reached(Set<String> roots) {
        Map<String, Part> reached = new TreeMap<>();
        Deque<String> names = new ArrayDeque<>(roots);
        while (!names.isEmpty()) {
            Part part = parts.get(names.remove());
            if (part != null && reached.putIfAbsent(part.name(), part) == null) {
                names.addAll(required(part.descriptor()));
            }
        }
        return reached.values();
    }

    private void check(Collection<Part> used) throws Refusal {
        List<Part> sorted = new ArrayList<>(used);
        sorted.sort((one, other) -> one.name().compareTo(other.name()));
        for (Part part : sorted) {
            for (String name : required(part.descriptor())) {
                if (!parts.containsKey(name) && !isOfHost(name)) {
                    throw ModuleFaults.missing(part.jar(), part.name(), name);
                }
            }
        }
        Map<String, Part> owners = new TreeMap<>();
        for (Part part : sorted) {
            JdkModules.requireNoneOfTheirPackages(part.jar(), part.descriptor());
            Optional<String> shared = Shared.anyOf(part.descriptor().packages());
            if (shared.isPresent()) {
                throw ModuleFaults.bundles(part.jar(), part.name(), shared.get());
            }
            for (String name : new TreeSet<>(part.descriptor().packages())) {
                Part other = owners.putIfAbsent(name, part);
                if (other != null) {
                    throw ModuleFaults.split(unit.path(), name, other.toString(), part.toString());
                }
            }
        }
    }

    private boolean isOfHost(String name) {
        return (Shared.isModule(name) || JdkModules.isOne(name))
                && host.findModule(name).isPresent();
    }

    /** What a module cannot be without, sorted. */
    private static Set<String> required(ModuleDescriptor descriptor) {
        return descriptor.requires().stream()
                .filter(requires -> !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
