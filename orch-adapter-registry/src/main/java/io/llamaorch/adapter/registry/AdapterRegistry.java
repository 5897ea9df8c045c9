package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.registry.internal.discovery.Discovery;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kinds of adapters that exist here, by the name of their engine.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks but {@link #discover()}, which loads classes.
 */
public final class AdapterRegistry {

    private final Map<String, AdapterFactory> factories;
    private final DiscoveryReport report;

    private AdapterRegistry(Map<String, AdapterFactory> factories, DiscoveryReport report) {
        this.factories = new ConcurrentHashMap<>(factories);
        this.report = report;
    }

    /**
     * Finds every adapter on the module path and on the class path (REG-01). One that is broken hides no other: what was
     * found, and what became of it, is in {@link #report()} (REG-03). Factories are made, adapters are not; no socket is
     * opened and no environment is read (REG-08).
     *
     * @return a registry of the adapters that loaded
     */
    public static AdapterRegistry discover() {
        Discovery discovery = Discovery.run();
        return new AdapterRegistry(discovery.loaded(), discovery.report());
    }

    /** {@return a registry of nothing, to register adapters by hand} */
    public static AdapterRegistry empty() {
        return new AdapterRegistry(Map.of(), DiscoveryReport.of(List.of()));
    }

    /** {@return what discovery found, and what became of each} */
    public DiscoveryReport report() {
        return report;
    }

    /** {@return the names of the engines that there are adapters for, sorted; a snapshot} */
    public Set<String> engines() {
        return Collections.unmodifiableSet(new TreeSet<>(factories.keySet()));
    }

    /**
     * Looks an adapter up.
     *
     * @param engine the engine's name
     * @return its factory, if there is one
     */
    public Optional<AdapterFactory> find(String engine) {
        return Optional.ofNullable(factories.get(Objects.requireNonNull(engine, "engine")));
    }

    /**
     * Looks an adapter up that must be there.
     *
     * @param engine the engine's name
     * @return its factory
     * @throws WorkerException with {@link ErrorCode#NOT_FOUND} if there is none; the message names those that exist and
     *     hints at a near miss (REG-07)
     */
    public AdapterFactory factory(String engine) {
        return find(engine).orElseThrow(() -> new WorkerException(WorkerError.of(ErrorCode.NOT_FOUND, absent(engine))));
    }

    /**
     * Adds an adapter by hand.
     *
     * @param factory its factory
     * @throws IllegalArgumentException if there is one for the same engine, or if the factory is not fit to be loaded
     */
    public void register(AdapterFactory factory) {
        String engine = Discovery.check(factory);
        if (factories.putIfAbsent(engine, factory) != null) {
            throw new IllegalArgumentException(
                    "there is an adapter for engine '" + engine + "' already: use replace if that is meant");
        }
    }

    /**
     * Adds an adapter by hand, in place of one for the same engine if there is one. Adapters that the old one made live
     * on.
     *
     * @param factory its factory
     * @return the factory that it replaced
     * @throws IllegalArgumentException if the factory is not fit to be loaded
     */
    public Optional<AdapterFactory> replace(AdapterFactory factory) {
        return Optional.ofNullable(factories.put(Discovery.check(factory), factory));
    }

    /**
     * Removes an adapter. Adapters that it made live on.
     *
     * @param engine the engine's name
     * @return the factory that was removed, if there was one
     */
    public Optional<AdapterFactory> unregister(String engine) {
        return Optional.ofNullable(factories.remove(Objects.requireNonNull(engine, "engine")));
    }

    private String absent(String engine) {
        Set<String> known = engines();
        if (known.isEmpty()) {
            return "there is no adapter for engine '" + engine
                    + "', nor for any other: put an adapter's jar on the module path or the class path";
        }
        return "there is no adapter for engine '" + engine + "', only for " + String.join(", ", known)
                + NearMiss.hint(engine, known);
    }
}
