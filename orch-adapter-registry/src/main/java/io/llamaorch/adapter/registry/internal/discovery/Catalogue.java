package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveryReport;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The factories that there are, by engine; what was rejected; and what was removed and is still in memory. No foreign
 * code is called under its lock.
 */
public final class Catalogue {

    private final ReentrantLock lock = new ReentrantLock();
    private final List<DiscoveredAdapter> rejected = new ArrayList<>();
    private final List<Removed> removed = new ArrayList<>();

    /** Replaced as a whole, so that looking an engine up takes no lock. */
    private volatile Map<String, Found> loaded = Map.of();

    /** A factory of a plugin that was taken out; it is no longer referred to from here. */
    private record Removed(DiscoveredAdapter entry, Plugin plugin) {}

    /**
     * Puts in what was found at first.
     *
     * @param found what was found, without rivals
     */
    public void addAll(List<Found> found) {
        lock.lock();
        try {
            change(map -> found.stream()
                    .filter(Found::isLoaded)
                    .forEach(one -> map.put(one.entry().engine(), one)));
            found.stream().filter(one -> !one.isLoaded()).map(Found::entry).forEach(rejected::add);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts in what was found in a plugin. What was rejected from there before is forgotten.
     *
     * @param jarOrFolder the plugin
     * @param found what was found in it, without rivals
     * @return what became of each
     */
    public List<DiscoveredAdapter> load(Path jarOrFolder, List<Found> found) {
        Unit unit = Unit.at(jarOrFolder);
        lock.lock();
        try {
            rejected.removeIf(entry -> unit.owns(entry.origin()));
            List<Found> now = Rivals.rejected(found, loaded.values());
            addAll(now);
            return now.stream().map(Found::entry).toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts one in, if its engine has none.
     *
     * @param found the factory
     * @return whether it had none
     */
    public boolean add(Found found) {
        lock.lock();
        try {
            boolean free = !loaded.containsKey(found.entry().engine());
            if (free) {
                replace(found);
            }
            return free;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts one in, in place of another of its engine if there is one.
     *
     * @param found the factory
     * @return the other's factory
     */
    public Optional<AdapterFactory> replace(Found found) {
        String engine = found.entry().engine();
        return take(engine, map -> map.put(engine, found));
    }

    /**
     * Takes one out.
     *
     * @param engine its engine
     * @return its factory
     */
    public Optional<AdapterFactory> remove(String engine) {
        return take(engine, map -> map.remove(engine));
    }

    /**
     * Looks one up.
     *
     * @param engine its engine
     * @return its factory
     */
    public Optional<AdapterFactory> find(String engine) {
        return Optional.ofNullable(loaded.get(engine)).map(Found::factory);
    }

    /** {@return the engines that have one, sorted; a snapshot} */
    public Set<String> engines() {
        return Collections.unmodifiableSet(new TreeSet<>(loaded.keySet()));
    }

    /** {@return how things stand: what is loaded, what was rejected, and what was removed and is still in memory} */
    public DiscoveryReport report() {
        List<DiscoveredAdapter> entries = new ArrayList<>();
        List<Removed> left;
        Map<String, Found> now;
        lock.lock();
        try {
            removed.removeIf(one -> one.plugin().isGone());
            left = List.copyOf(removed);
            now = loaded;
            now.values().forEach(found -> entries.add(found.entry()));
            entries.addAll(rejected);
        } finally {
            lock.unlock();
        }
        left.forEach(one -> entries.add(told(one, now)));
        return DiscoveryReport.of(entries);
    }

    private static DiscoveredAdapter told(Removed one, Map<String, Found> loaded) {
        return loaded.values().stream()
                .filter(found -> one.plugin().equals(found.plugin()))
                .findFirst()
                .map(found -> one.entry()
                        .butRemoved(
                                "it was removed, but its plugin also serves engine '"
                                        + found.entry().engine() + "', which was not",
                                "unregister that one too"))
                .orElseGet(() -> Pins.told(one.entry(), one.plugin()));
    }

    private Optional<AdapterFactory> take(String engine, Consumer<Map<String, Found>> change) {
        lock.lock();
        try {
            Found before = loaded.get(engine);
            change(change);
            if (before == null) {
                return Optional.empty();
            }
            Plugin plugin = before.plugin();
            if (plugin != null) {
                removed.add(new Removed(before.entry(), plugin));
            }
            return Optional.ofNullable(before.factory());
        } finally {
            lock.unlock();
        }
    }

    private void change(Consumer<Map<String, Found>> change) {
        Map<String, Found> copy = new LinkedHashMap<>(loaded);
        change.accept(copy);
        loaded = Collections.unmodifiableMap(copy);
    }
}
