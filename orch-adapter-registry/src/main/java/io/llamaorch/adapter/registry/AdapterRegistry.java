package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.registry.internal.discovery.Catalogue;
import io.llamaorch.adapter.registry.internal.discovery.Discovery;
import io.llamaorch.adapter.registry.internal.discovery.Found;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The kinds of adapters that exist here, by the name of their engine.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks but {@link #discover} and {@link #load}, which read files
 * and run factories, and {@link #report}, which looks through all threads if a plugin was removed and is still there. None of them waits, so
 * an interrupt ends none.
 */
public final class AdapterRegistry {

    private final Catalogue catalogue = new Catalogue();

    private AdapterRegistry() {}

    /**
     * Finds every adapter on the module path, on the class path (REG-01), and in the plugin directories that are given.
     * One that is broken hides no other: what was found, and what became of it, is in {@link #report()} (REG-03).
     * Factories are made, adapters are not; no socket is opened and no environment is read (REG-08).
     *
     * <p>In a plugin directory each jar is a plugin, and so is each folder, with all jars in it. Each has a module layer
     * and a class loader of its own, or, where this library is on the class path, a class loader only (REG-02). It shares
     * the SPI and SLF4J with the host and sees nothing else of it but the JDK. No directory is read that is not named here
     * (SEC-06).
     *
     * @param pluginDirectories folders of plugins
     * @return a registry of the adapters that loaded
     */
    public static AdapterRegistry discover(Path... pluginDirectories) {
        List<Path> directories = List.of(pluginDirectories);
        AdapterRegistry registry = new AdapterRegistry();
        registry.catalogue.addAll(Discovery.run(directories));
        return registry;
    }

    /** {@return a registry of nothing, to register adapters by hand} */
    public static AdapterRegistry empty() {
        return new AdapterRegistry();
    }

    /**
     * Loads one plugin now (REG-06), as {@link #discover} does it. An engine that has an adapter keeps it, and the new one
     * is rejected: to put a new version in, {@linkplain #unregister unregister} the old one first. What an earlier attempt
     * to load the same plugin had rejected is forgotten.
     *
     * @param jarOrFolder the plugin's jar, or the folder of its jars
     * @return what was found in it, and what became of it
     */
    public DiscoveryReport load(Path jarOrFolder) {
        return DiscoveryReport.of(catalogue.load(jarOrFolder, Discovery.load(jarOrFolder)));
    }

    /**
     * Tells how things stand now: first what is loaded, then what was rejected, then what was removed and is still in
     * memory. A plugin of which all adapters were removed is told of until the JVM has collected its class loader, with
     * what was found to hold it: adapters that are still referred to, and threads, as far as the JVM lists them; not
     * virtual ones (REG-06).
     *
     * @return a snapshot, which holds nothing of any plugin
     */
    public DiscoveryReport report() {
        return catalogue.report();
    }

    /** {@return the names of the engines that there are adapters for, sorted; a snapshot} */
    public Set<String> engines() {
        return catalogue.engines();
    }

    /**
     * Looks an adapter up.
     *
     * @param engine the engine's name
     * @return its factory, if there is one
     */
    public Optional<AdapterFactory> find(String engine) {
        return catalogue.find(Objects.requireNonNull(engine, "engine"));
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
        Found found = Discovery.check(factory);
        if (!catalogue.add(found)) {
            throw new IllegalArgumentException("there is an adapter for engine '"
                    + found.entry().engine() + "' already: use replace if that is meant");
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
        return catalogue.replace(Discovery.check(factory));
    }

    /**
     * Removes an adapter. Adapters that it made live on. With the last adapter of a plugin all references to the plugin
     * are dropped here; when its adapters are closed and let go of, and the returned factory too, the JVM can collect it,
     * and {@link #report()} tells whether it has (REG-06).
     *
     * @param engine the engine's name
     * @return the factory that was removed, if there was one
     */
    public Optional<AdapterFactory> unregister(String engine) {
        return catalogue.remove(Objects.requireNonNull(engine, "engine"));
    }

    private String absent(String engine) {
        Set<String> known = engines();
        if (known.isEmpty()) {
            return "there is no adapter for engine '" + engine
                    + "', nor for any other: put an adapter's jar on the module path or the class path, or into a plugin directory";
        }
        return "there is no adapter for engine '" + engine + "', only for " + String.join(", ", known)
                + NearMiss.hint(engine, known);
    }
}
