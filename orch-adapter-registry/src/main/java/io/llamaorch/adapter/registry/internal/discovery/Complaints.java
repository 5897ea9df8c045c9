package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts into words why a provider could not be made, and what to do about it. */
final class Complaints {

    /** As {@code ServiceLoader} words it: "…: Provider p.Missing not found", "…: p.Other not a subtype", and so on. */
    private static final Pattern PROVIDER = Pattern.compile(
            ": (?:Provider |class )?(\\S+) "
                    + "(not found|not a subtype|is not public|Unable to get public no-arg constructor|could not be instantiated)");

    private static final Pattern UNLOADED = Pattern.compile(": Unable to load (\\S+)");

    private Complaints() {}

    static DiscoveredAdapter about(String provider, DiscoveredAdapter.Origin origin, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher matcher = PROVIDER.matcher(message);
        boolean named = matcher.find();
        Matcher unloaded = UNLOADED.matcher(message);
        String culprit = named ? matcher.group(1) : unloaded.find() ? unloaded.group(1) : "";
        String name = provider.isEmpty() ? culprit : provider;
        String what = named ? matcher.group(2) : "";
        return about(
                name, origin.equals(DiscoveredAdapter.Origin.UNKNOWN) ? Origins.naming(name) : origin, failure, what);
    }

    private static DiscoveredAdapter about(
            String name, DiscoveredAdapter.Origin origin, Throwable failure, String what) {
        return switch (what) {
            case "not found" ->
                DiscoveredAdapter.rejected(
                        name,
                        origin,
                        "its class does not exist, though META-INF/services names it",
                        "mend the name in META-INF/services, or put the class into the jar");
            case "not a subtype" ->
                DiscoveredAdapter.rejected(
                        name,
                        origin,
                        "it is no AdapterFactory, or one of another copy of the SPI",
                        "take the SPI out of the adapter's jar, or mend its META-INF/services");
            case "is not public", "Unable to get public no-arg constructor" ->
                DiscoveredAdapter.rejected(
                        name,
                        origin,
                        "it has no public constructor without parameters that can be called",
                        "tell its author: class and constructor must be public, and take nothing");
            default -> thrown(name, origin, failure);
        };
    }

    private static DiscoveredAdapter thrown(String name, DiscoveredAdapter.Origin origin, Throwable failure) {
        Throwable root = root(failure);
        if (root instanceof NoClassDefFoundError || root instanceof ClassNotFoundException) {
            return DiscoveredAdapter.rejected(
                    name,
                    origin,
                    "a class that it needs is missing: " + root.getMessage(),
                    "put the library that has it beside the adapter");
        }
        if (root instanceof UnsupportedClassVersionError) {
            return DiscoveredAdapter.rejected(
                    name,
                    origin,
                    "it was compiled for a newer Java: " + root.getMessage(),
                    "run a newer JVM than " + Runtime.version().feature() + ", or get a build for this one");
        }
        return DiscoveredAdapter.rejected(
                name,
                origin,
                root == failure ? String.valueOf(failure.getMessage()) : "making it failed: " + root,
                "tell its author: a factory's constructor must take nothing and do nothing");
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }
}
