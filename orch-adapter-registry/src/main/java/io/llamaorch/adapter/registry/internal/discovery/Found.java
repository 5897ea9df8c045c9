package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.spi.AdapterFactory;
import org.jspecify.annotations.Nullable;

/**
 * What discovery came upon.
 *
 * @param entry what the report says of it
 * @param factory the factory, if it can be used
 * @param plugin the plugin that it belongs to, if it can be used and came from a plugin
 */
public record Found(
        DiscoveredAdapter entry,
        @Nullable AdapterFactory factory,
        @Nullable Plugin plugin) {

    static Found loaded(DiscoveredAdapter entry, AdapterFactory factory) {
        return new Found(entry, factory, null);
    }

    static Found rejected(DiscoveredAdapter entry) {
        return new Found(entry, null, null);
    }

    Found butRejected(String reason, String remedy) {
        return rejected(entry.butRejected(reason, remedy));
    }

    boolean isLoaded() {
        return factory != null;
    }
}
