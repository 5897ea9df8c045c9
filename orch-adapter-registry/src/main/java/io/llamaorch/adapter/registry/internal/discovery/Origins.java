package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ResolvedModule;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells where a class on the module path or the class path came from. */
final class Origins implements Place {

    static final Origins ON_THE_PATHS = new Origins();

    private Origins() {}

    @Override
    public DiscoveredAdapter.Origin of(Class<?> type) {
        Module module = type.getModule();
        ModuleLayer layer = module.getLayer();
        return new DiscoveredAdapter.Origin(
                location(type),
                module.isNamed() ? module.getName() : "",
                layer == null ? "none" : layer == ModuleLayer.boot() ? "boot" : layer.toString());
    }

    /** Unknown if no such place is found. */
    @Override
    public DiscoveredAdapter.Origin naming(String provider) {
        ModuleLayer own = Origins.class.getModule().getLayer();
        ModuleLayer layer = own == null ? ModuleLayer.boot() : own;
        for (ResolvedModule module : layer.configuration().modules()) {
            if (module.reference().descriptor().provides().stream()
                    .filter(provides -> provides.service().equals(AdapterFactory.class.getName()))
                    .anyMatch(provides -> provides.providers().contains(provider))) {
                String location =
                        module.reference().location().map(URI::toString).orElse("");
                return new DiscoveredAdapter.Origin(
                        location, module.name(), layer == ModuleLayer.boot() ? "boot" : layer.toString());
            }
        }
        String file = listed().get(provider);
        return file == null ? DiscoveredAdapter.Origin.UNKNOWN : new DiscoveredAdapter.Origin(file, "", "none");
    }

    /** The providers that files on the class path name, each with the file that names it first. */
    static Map<String, String> listed() {
        Map<String, String> listed = new LinkedHashMap<>();
        try {
            Enumeration<URL> files = loader().getResources("META-INF/services/" + AdapterFactory.class.getName());
            while (files.hasMoreElements()) {
                URL file = files.nextElement();
                URLConnection connection = file.openConnection();
                connection.setUseCaches(false);
                try (InputStream in = connection.getInputStream()) {
                    lines(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                            .forEach(line -> listed.putIfAbsent(line, file.toString()));
                }
            }
        } catch (IOException e) {
            // It only helps a message; the complaint itself is told with what was found so far.
            return listed;
        }
        return listed;
    }

    /** The names in a file of services. */
    static List<String> lines(String file) {
        return file.lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .distinct()
                .toList();
    }

    static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("no URL can be made of " + path, e);
        }
    }

    /** As the location of a class would be told. */
    static String location(Path path) {
        return url(path).toString();
    }

    static ClassLoader loader() {
        return Origins.class.getClassLoader();
    }

    static String location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return "";
        }
        try {
            return source.getLocation().toURI().toString();
        } catch (URISyntaxException e) {
            return source.getLocation().toString();
        }
    }
}
