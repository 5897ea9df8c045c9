package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of plugins: each jar in it is one, and so is each folder in it. */
final class PluginDirectory {

    private PluginDirectory() {}

    /** Loads all of them, in the order of their names; what is hidden, and what is no jar, is left alone. */
    static List<Found> load(Path directory) {
        Path folder = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            return refused(folder, "there is no such folder", "make it, or name the folder that is meant");
        }
        List<Unit> units;
        try {
            units = entries(folder).stream().filter(Unit::isOne).map(Unit::at).toList();
        } catch (IOException e) {
            return refused(folder, "it cannot be read", "let the user that runs the host read it");
        }
        return units.stream().flatMap(unit -> unit.load().stream()).toList();
    }

    /** What is in a folder and not hidden, sorted by name. */
    static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException | DirectoryIteratorException e) {
            throw new IOException(e);
        }
    }

    private static List<Found> refused(Path folder, String reason, String remedy) {
        Origin origin = new Origin(Origins.location(folder), "", "plugin " + folder.getFileName());
        return List.of(Found.rejected(DiscoveredAdapter.rejected("", origin, reason, remedy)));
    }
}
