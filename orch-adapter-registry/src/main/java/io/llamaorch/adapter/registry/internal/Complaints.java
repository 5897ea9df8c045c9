package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts into words why a provider could not be made, and what to do about it. */
final class Complaints {

    /** How {@code ServiceLoader} words what it cannot load; group 1 is the provider. */
    private static final List<Pattern> WORDINGS = List.of(
            Pattern.compile(": Provider (\\S+) (?:not found|could not be instantiated)"),
            Pattern.compile(": Unable to load (\\S+)"),
            Pattern.compile(" (\\S+)\\.provider\\(\\) (?:failed|returned null|return type not a subtype)"),
            Pattern.compile(": (?:class )?(\\S+) (?:not a subtype|is not public|declares more than one)"),
            Pattern.compile(": (\\S+) Unable to get public"));

    private static final Pattern MALFORMED = Pattern.compile(": (\\S+):(\\d+): (Illegal .*)");

    private Complaints() {}

    /** The provider that a failure is about, if its message names it. */
    static Optional<String> provider(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return WORDINGS.stream()
                .map(wording -> wording.matcher(message))
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .findFirst();
    }

    /**
     * Words a failure.
     *
     * @param provider the factory's class; empty if it is not known
     * @param origin where that came from
     * @param failure what {@code ServiceLoader} threw, or let through
     */
    static DiscoveredAdapter about(String provider, Origin origin, Throwable failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        Matcher malformed = MALFORMED.matcher(message);
        if (malformed.find()) {
            return DiscoveredAdapter.rejected(
                    provider,
                    Origins.onClassPath(ServiceFiles.holder(malformed.group(1))),
                    "line " + malformed.group(2) + " of its META-INF/services file is malformed: " + malformed.group(3),
                    "the file must have a class name a line and nothing else");
        }
        if (message.endsWith("not found")) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "its class does not exist, though META-INF/services or a module names it",
                    "mend the name, or put the class into the jar");
        }
        if (message.endsWith("not a subtype")) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "it is no AdapterFactory, or one of another copy of the SPI",
                    "take the SPI out of the adapter's jar, or mend its META-INF/services");
        }
        return thrown(provider, origin, failure, message);
    }

    private static DiscoveredAdapter thrown(String provider, Origin origin, Throwable failure, String message) {
        Throwable root = Faults.root(failure);
        if (root instanceof NoClassDefFoundError || root instanceof ClassNotFoundException) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "a class that it needs is missing: " + root.getMessage(),
                    "put the library that has it beside the adapter");
        }
        if (root instanceof UnsupportedClassVersionError) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "it was compiled for a newer Java: " + root.getMessage(),
                    "run a newer JVM than " + Runtime.version().feature() + ", or get a build for this one");
        }
        if (root instanceof LinkageError && !(root instanceof ExceptionInInitializerError)) {
            return DiscoveredAdapter.rejected(
                    provider,
                    origin,
                    "its class cannot be linked: " + root,
                    "see that all jars are whole, and that their versions fit together");
        }
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                root == failure ? message : "making it failed: " + root,
                "tell its author: a factory has a public constructor that takes nothing and does nothing");
    }
}
