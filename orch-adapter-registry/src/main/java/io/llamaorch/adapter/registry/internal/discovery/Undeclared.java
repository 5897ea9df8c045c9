package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds adapters that declare themselves in one way only, and not in that which counts where they lie: a module counts by
 * its {@code module-info}, what is on the class path by {@code META-INF/services}. The JVM passes over them silently.
 */
final class Undeclared {

    private static final String MODULE_INFO = "module-info.class";

    private Undeclared() {}

    static List<DiscoveredAdapter> onThePaths() {
        List<DiscoveredAdapter> entries = new ArrayList<>();
        try {
            onTheModulePath(entries);
            onTheClassPath(entries);
        } catch (IOException | FindException e) {
            // It is only a diagnosis; what was found so far is told.
            return entries;
        }
        return entries;
    }

    static DiscoveredAdapter unprovided(String provider, Origin origin) {
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                "META-INF/services names it, but its module-info does not provide it, and for a module only that counts",
                "add \"provides " + AdapterFactory.class.getName() + " with " + provider + "\" to its module-info");
    }

    static DiscoveredAdapter unlisted(String provider, Origin origin) {
        return DiscoveredAdapter.rejected(
                provider,
                origin,
                "its module-info provides it, but META-INF/services does not name it, and on the class path only that"
                        + " counts",
                "add the line " + provider + " to " + PluginJar.SERVICES + " of its jar");
    }

    /** Such a module is not even resolved, so the path is looked at; only modules that require the SPI are opened. */
    private static void onTheModulePath(List<DiscoveredAdapter> entries) throws IOException {
        Path[] path = Stream.of(System.getProperty("jdk.module.path", "").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toArray(Path[]::new);
        for (ModuleReference module : ModuleFinder.of(path).findAll()) {
            ModuleDescriptor descriptor = module.descriptor();
            boolean requiresSpi = descriptor.requires().stream()
                    .anyMatch(requires -> requires.name().equals(Shared.SPI));
            if (requiresSpi && !descriptor.isAutomatic()) {
                List<String> provided = PluginJar.provided(descriptor);
                Origin origin =
                        new Origin(module.location().map(Undeclared::location).orElse(""), descriptor.name(), "boot");
                listed(module).stream()
                        .filter(provider -> !provided.contains(provider))
                        .forEach(provider -> entries.add(unprovided(provider, origin)));
            }
        }
    }

    private static String location(URI uri) {
        return "file".equals(uri.getScheme()) ? Origins.location(Path.of(uri)) : uri.toString();
    }

    private static List<String> listed(ModuleReference module) throws IOException {
        try (ModuleReader reader = module.open()) {
            InputStream in = reader.open(PluginJar.SERVICES).orElseGet(InputStream::nullInputStream);
            try (in) {
                return Origins.lines(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private static void onTheClassPath(List<DiscoveredAdapter> entries) throws IOException {
        Map<String, String> listed = Origins.listed();
        Set<String> boot = Set.copyOf(
                ModuleLayer.boot().modules().stream().map(Module::getName).toList());
        for (URL file : Collections.list(Origins.loader().getResources(MODULE_INFO))) {
            if ("jrt".equals(file.getProtocol())) {
                continue; // the JDK's
            }
            URLConnection connection = file.openConnection();
            connection.setUseCaches(false);
            byte[] bytes;
            try (InputStream in = connection.getInputStream()) {
                bytes = in.readAllBytes();
            }
            ModuleDescriptor descriptor = new ModuleInfo(bytes).descriptor().orElse(null);
            if (descriptor != null && !boot.contains(descriptor.name())) {
                PluginJar.provided(descriptor).stream()
                        .filter(provider -> !listed.containsKey(provider))
                        .forEach(provider -> entries.add(unlisted(provider, new Origin(home(file), "", "none"))));
            }
        }
    }

    /** The jar or folder that has the module-info. */
    private static String home(URL file) {
        String all = file.toString();
        int end = all.startsWith("jar:") ? all.indexOf("!/") : all.length() - MODULE_INFO.length();
        return all.substring(all.startsWith("jar:") ? "jar:".length() : 0, end);
    }
}
