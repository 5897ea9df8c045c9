package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.registry.internal.Foreign;
import java.util.Optional;
import java.util.function.Supplier;
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
    private static final Pattern NEWER = Pattern.compile("(\\S+) .*class file version (\\d+)");
    private static final String NOT_INITIALISED = "Could not initialize class ";
    private static final int MOST_CAUSES = 50;

    private Complaints() {}

    /** About a provider that the message of a service loader names, if it does. */
    static DiscoveredAdapter about(Throwable failure, Place place) {
        String message = message(failure);
        Matcher matcher = PROVIDER.matcher(message);
        boolean named = matcher.find();
        Matcher unloaded = UNLOADED.matcher(message);
        String provider = named ? matcher.group(1) : unloaded.find() ? unloaded.group(1) : "";
        Origin origin = place.naming(provider);
        return switch (named ? matcher.group(2) : "") {
            case "not found" -> absent(provider, origin);
            case "not a subtype" -> noFactory(provider, origin);
            case "is not public", "Unable to get public no-arg constructor" -> noConstructor(provider, origin);
            default -> about(provider, null, origin, failure);
        };
    }

    /** About a provider whose class was loaded. */
    static DiscoveredAdapter about(Class<?> type, Origin origin, Throwable failure) {
        return about(type.getName(), type, origin, failure);
    }

    static DiscoveredAdapter absent(String provider, Origin origin) {
        return origin.module().isEmpty()
                ? DiscoveredAdapter.rejected(
                        provider,
                        origin,
                        "its class does not exist, though META-INF/services names it",
                        "mend the name in META-INF/services, or put the class into the jar")
                : DiscoveredAdapter.rejected(
                        provider,
                        origin,
                        "its class does not exist, though its module provides it",
                        "mend the name in the module's declaration, or put the class into the jar");
    }

    static DiscoveredAdapter noFactory(String provider, Origin origin) {
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                "it is no AdapterFactory, or one of another copy of the SPI",
                "take the SPI out of the adapter's jar, or mend what the jar declares");
    }

    static DiscoveredAdapter noConstructor(String provider, Origin origin) {
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                "it has no public constructor without parameters that can be called",
                "tell its author: class and constructor must be public, and take nothing");
    }

    static DiscoveredAdapter about(String provider, @Nullable Class<?> type, Origin origin, Throwable failure) {
        Throwable root = root(failure);
        String message = message(root).replace('/', '.');
        Optional<String> otherSpi = SpiSkew.reason(root, type);
        if (otherSpi.isPresent()) {
            return DiscoveredAdapter.rejected(provider, origin, otherSpi.get(), SpiSkew.REMEDY);
        }
        if (message.startsWith(NOT_INITIALISED)) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "a class of it could not be initialised before: " + message.substring(NOT_INITIALISED.length()),
                    "see why its first use failed, and tell its author");
        }
        if (root instanceof NoClassDefFoundError || root instanceof ClassNotFoundException) {
            return missing(provider, origin, message);
        }
        Matcher newer = NEWER.matcher(message);
        if (root instanceof UnsupportedClassVersionError && newer.find()) {
            int java = ModuleInfo.javaOf(Integer.parseInt(newer.group(2)));
            return DiscoveredAdapter.rejected(provider, origin, newerJava(newer.group(1), java), newerJavaRemedy(java));
        }
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                root == failure ? words(failure) : "making it failed: " + words(root),
                "tell its author: a factory's constructor must take nothing and do nothing");
    }

    private static DiscoveredAdapter missing(String provider, Origin origin, String type) {
        return type.startsWith("java.")
                ? DiscoveredAdapter.rejected(
                        provider,
                        origin,
                        "a class of the JDK that it needs is not in this JVM: " + type,
                        "start the host with --add-modules and the module of that class, or on a whole JDK")
                : DiscoveredAdapter.rejected(
                        provider,
                        origin,
                        "a class that it needs is missing: " + type,
                        "put the library that has it beside the adapter");
    }

    static String newerJava(String what, int java) {
        return what + " was compiled for Java " + java + ", which is newer than this JVM";
    }

    static String newerJavaRemedy(int java) {
        return "run the host on Java " + java + " or later, or get a build of the adapter for this JVM";
    }

    /** What was thrown, in its own words and on one line. */
    static String words(Throwable thrown) {
        return foreign(thrown::toString, thrown.getClass().getName()).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String message(Throwable thrown) {
        return foreign(() -> String.valueOf(thrown.getMessage()), "");
    }

    /** What others threw is their code too, and may throw. */
    private static String foreign(Supplier<String> text, String otherwise) {
        try {
            return text.get();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            return otherwise;
        }
    }

    /** The cause of all, but not the one that a class failed to be initialised for long ago: that was told then. */
    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < MOST_CAUSES; depth++) {
            Throwable cause = root.getCause();
            if (cause == null || message(root).startsWith(NOT_INITIALISED)) {
                break;
            }
            root = cause;
        }
        return root;
    }
}
