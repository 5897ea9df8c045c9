package io.llamaorch.adapter.registry;

import java.util.Objects;

/**
 * One provider that discovery found.
 *
 * <p>Thread safety: immutable.
 */
public final class DiscoveredAdapter {

    private final String provider;
    private final String engine;
    private final String version;
    private final Origin origin;
    private final Verdict verdict;
    private final String reason;
    private final String remedy;

    private DiscoveredAdapter(
            String provider,
            String engine,
            String version,
            Origin origin,
            Verdict verdict,
            String reason,
            String remedy) {
        this.provider = Objects.requireNonNull(provider, "provider");
        this.engine = Objects.requireNonNull(engine, "engine");
        this.version = Objects.requireNonNull(version, "version");
        this.origin = Objects.requireNonNull(origin, "origin");
        this.verdict = verdict;
        this.reason = Objects.requireNonNull(reason, "reason");
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    /**
     * A provider that can be used.
     *
     * @param provider the factory's class
     * @param engine the engine's name
     * @param version the adapter's version
     * @param origin where it came from
     * @return the entry
     */
    public static DiscoveredAdapter loaded(String provider, String engine, String version, Origin origin) {
        return new DiscoveredAdapter(provider, engine, version, origin, Verdict.LOADED, "", "");
    }

    /**
     * A provider that cannot be used.
     *
     * @param provider the factory's class, as far as it is known
     * @param origin where it came from
     * @param reason why it cannot be used
     * @param remedy what to do about it
     * @return the entry
     */
    public static DiscoveredAdapter rejected(String provider, Origin origin, String reason, String remedy) {
        return new DiscoveredAdapter(provider, "", "", origin, Verdict.REJECTED, reason, remedy);
    }

    /**
     * The same provider, which turned out to be unusable.
     *
     * @param why why it cannot be used
     * @param whatToDo what to do about it
     * @return the entry
     */
    public DiscoveredAdapter butRejected(String why, String whatToDo) {
        return new DiscoveredAdapter(provider, engine, version, origin, Verdict.REJECTED, why, whatToDo);
    }

    /**
     * The same provider with a note: its verdict stays, but something about it should be known.
     *
     * @param what what is to be known
     * @param whatToDo what to do about it
     * @return the entry
     */
    public DiscoveredAdapter butNoted(String what, String whatToDo) {
        return new DiscoveredAdapter(provider, engine, version, origin, verdict, what, whatToDo);
    }

    /**
     * The same provider, which was taken out of the registry and is still in memory (REG-06).
     *
     * @param why what holds it there, as far as that is known
     * @param whatToDo what to do about it
     * @return the entry
     */
    public DiscoveredAdapter butRemoved(String why, String whatToDo) {
        return new DiscoveredAdapter(provider, engine, version, origin, Verdict.REMOVED, why, whatToDo);
    }

    /** {@return the factory's class; empty if not even that is known} */
    public String provider() {
        return provider;
    }

    /** {@return the engine's name; empty if it did not come to tell} */
    public String engine() {
        return engine;
    }

    /** {@return the adapter's version; empty if it did not come to tell} */
    public String version() {
        return version;
    }

    /** {@return where it came from} */
    public Origin origin() {
        return origin;
    }

    /** {@return whether it can be used} */
    public Verdict verdict() {
        return verdict;
    }

    /**
     * {@return why it cannot be used, or what still holds it if it was removed; of one that is loaded, what should be known
     * about it, and mostly empty}
     */
    public String reason() {
        return reason;
    }

    /** {@return what to do about it; empty if nothing is to be done} */
    public String remedy() {
        return remedy;
    }

    @Override
    public String toString() {
        String known = provider.isEmpty() ? "an unnamed provider" : provider;
        String name = engine.isEmpty() ? known : engine + " " + version + " (" + provider + ")";
        return verdict + " " + name + " from " + origin + (reason.isEmpty() ? "" : ": " + reason + "; " + remedy);
    }

    /** Whether a provider can be used. */
    public enum Verdict {
        /** It can. */
        LOADED,
        /** It cannot; the reason says why. */
        REJECTED,
        /** It could, and was removed; its classes are still in memory, and the reason says what holds them. */
        REMOVED
    }

    /**
     * Where a provider came from.
     *
     * @param location the jar or folder, as a URI; empty if it is not known
     * @param module the module's name; empty where there are no modules: on the class path, and in a plugin of a host
     *     that is on the class path
     * @param layer the module layer's name: {@code boot}, {@code none} on the class path, {@code plugin} and the name of
     *     its jar or folder for a plugin, followed by {@code (class loader)} where a plugin has a class loader of its own
     *     instead of a layer, or what its creator called it
     */
    public record Origin(String location, String module, String layer) {

        /** Nothing is known. */
        public static final Origin UNKNOWN = new Origin("", "", "");

        @Override
        public String toString() {
            if (equals(UNKNOWN)) {
                return "an unknown place";
            }
            String unnamed = layer.startsWith("plugin ") ? layer : "the class path";
            String path = module.isEmpty() ? unnamed : "module " + module;
            return location.isEmpty() ? path : path + " in " + location;
        }
    }
}
