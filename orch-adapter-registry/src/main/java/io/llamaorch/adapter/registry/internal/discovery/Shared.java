package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.spi.AdapterFactory;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a plugin has in common with its host, so that both mean the same by it: the SPI, and SLF4J, by which it logs where
 * the host logs. Everything else is the plugin's own.
 */
final class Shared {

    static final String SPI = "io.llamaorch.adapter.spi";

    private static final String SLF4J = "org.slf4j";
    private static final Set<String> SPI_PACKAGES = Set.of(SPI, SPI + ".internal");
    private static final Set<String> SLF4J_PACKAGES =
            Set.of(SLF4J, SLF4J + ".event", SLF4J + ".helpers", SLF4J + ".spi");

    private Shared() {}

    static boolean isModule(String name) {
        return name.equals(SPI) || name.equals(SLF4J);
    }

    /** The loader that a package is taken from; null if it is not shared. */
    static @Nullable ClassLoader loaderOf(String packageName) {
        if (SPI_PACKAGES.contains(packageName)) {
            return AdapterFactory.class.getClassLoader();
        }
        return SLF4J_PACKAGES.contains(packageName) ? Logger.class.getClassLoader() : null;
    }

    /** The first of these packages that is shared. */
    static Optional<String> anyOf(Collection<String> packages) {
        return new TreeSet<>(packages)
                .stream()
                        .filter(name -> SPI_PACKAGES.contains(name) || SLF4J_PACKAGES.contains(name))
                        .findFirst();
    }

    /** What people call that to which a shared package belongs. */
    static String nameOf(String packageName) {
        return SPI_PACKAGES.contains(packageName) ? "the SPI" : "SLF4J";
    }
}
