package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that says where adapters are beside the module path. */
final class PluginOptions {

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description = "A folder of adapters, each a jar or a folder of jars, loaded apart from all others;"
                    + " may be repeated.")
    private List<Path> directories = new ArrayList<>();

    /** Finds all adapters. */
    AdapterRegistry discover() {
        return AdapterRegistry.discover(directories.toArray(Path[]::new));
    }
}
