package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.Optional;

/** Tells where a class came from. */
final class Origins {

    private Origins() {}

    static Origin of(Class<?> type) {
        Module module = type.getModule();
        ModuleLayer layer = module.getLayer();
        return layer == null ? onClassPath(location(type)) : new Origin(location(type), module.getName(), name(layer));
    }

    static Origin onClassPath(String location) {
        return new Origin(location, "", "none");
    }

    /** The module of a layer that provides a factory of that name, be the class there or not. */
    static Optional<Origin> providing(ModuleLayer layer, String provider) {
        return layer.modules().stream()
                .filter(module -> provides(module.getDescriptor(), provider))
                .findFirst()
                .map(module -> new Origin(location(layer, module), module.getName(), name(layer)))
                .or(() -> layer.parents().stream()
                        .flatMap(parent -> providing(parent, provider).stream())
                        .findFirst());
    }

    private static boolean provides(ModuleDescriptor module, String provider) {
        return module.provides().stream()
                .filter(provided -> provided.service().equals(AdapterFactory.class.getName()))
                .anyMatch(provided -> provided.providers().contains(provider));
    }

    private static String name(ModuleLayer layer) {
        return layer == ModuleLayer.boot() ? "boot" : layer.toString();
    }

    private static String location(ModuleLayer layer, Module module) {
        return layer.configuration()
                .findModule(module.getName())
                .map(ResolvedModule::reference)
                .flatMap(reference -> reference.location().map(URI::toString))
                .map(location -> location.replaceFirst("^file:///", "file:/")) // as code sources write it
                .orElse("");
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
