package io.llamaorch.adapter.registry.it;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What can be wrong with a plugin, how to build one, and what the report says of it. */
interface Fault {

    String LOADED = "LOADED";

    /** Says that a host on the class path tells what one of modules does. */
    String SAME = "";

    static List<Fault> all() {
        return Stream.<Fault[]>of(JarFault.values(), ProviderFault.values(), FolderFault.values())
                .flatMap(Stream::of)
                .toList();
    }

    String name();

    FaultReport told();

    /** The name of its jar or folder, and of its engine. */
    default String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The only jar of the plugin. */
    default Jars.Source jar(FaultKit kit) {
        throw new AssertionError(this + " is no single jar");
    }

    /** Builds the plugin. */
    default void build(FaultKit kit) throws IOException {
        jar(kit).build();
    }
}
