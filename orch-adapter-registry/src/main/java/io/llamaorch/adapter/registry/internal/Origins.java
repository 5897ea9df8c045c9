package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.Enumeration;

/** Tells where a class came from. */
final class Origins {

    private Origins() {}

    static DiscoveredAdapter.Origin of(Class<?> type) {
        Module module = type.getModule();
        ModuleLayer layer = module.getLayer();
        return new DiscoveredAdapter.Origin(
                location(type),
                module.isNamed() ? module.getName() : "",
                layer == null ? "none" : layer == ModuleLayer.boot() ? "boot" : layer.toString());
    }

    /** Where the file lies that names a provider whose class cannot be loaded; unknown if no such file is found. */
    static DiscoveredAdapter.Origin naming(String provider) {
        try {
            Enumeration<URL> files =
                    Origins.class.getClassLoader().getResources("META-INF/services/" + AdapterFactory.class.getName());
            while (files.hasMoreElements()) {
                URL file = files.nextElement();
                URLConnection connection = file.openConnection();
                connection.setUseCaches(false);
                try (InputStream in = connection.getInputStream()) {
                    String names = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    if (!provider.isEmpty() && names.contains(provider)) {
                        return new DiscoveredAdapter.Origin(file.toString(), "", "none");
                    }
                }
            }
        } catch (IOException e) {
            // It only helps a message; the complaint itself is told without a place.
            return DiscoveredAdapter.Origin.UNKNOWN;
        }
        return DiscoveredAdapter.Origin.UNKNOWN;
    }

    private static String location(Class<?> type) {
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
