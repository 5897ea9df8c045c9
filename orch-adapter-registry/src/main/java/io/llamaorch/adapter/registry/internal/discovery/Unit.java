package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One plugin as it lies on the disk: a jar, or a folder of jars.
 *
 * @param path the jar or the folder
 */
record Unit(Path path) {

    /** Follows the name of a plugin that has no layer. */
    static final String CLASS_LOADER = " (class loader)";

    private static final String JAR = ".jar";

    static Unit at(Path jarOrFolder) {
        return new Unit(jarOrFolder.toAbsolutePath().normalize());
    }

    static boolean isOne(Path path) {
        return isJar(path) || Files.isDirectory(path);
    }

    private static boolean isJar(Path path) {
        return path.toString().endsWith(JAR) && Files.isRegularFile(path);
    }

    /** What the report calls its layer. */
    String label() {
        return "plugin " + path.getFileName();
    }

    /** Whether this is where something came from. */
    boolean owns(Origin origin) {
        boolean sameName = origin.layer().equals(label()) || origin.layer().equals(label() + CLASS_LOADER);
        // of a folder the location ends with a slash, but not while there is no such folder
        String own = Origins.location(path).replaceFirst("/$", "");
        String its = origin.location();
        return sameName && (its.equals(own) || its.startsWith(own + "/"));
    }

    boolean isFolder() {
        return Files.isDirectory(path);
    }

    /** Loads it; whatever is wrong with it costs only itself. */
    List<Found> load() {
        List<Found> found = new ArrayList<>();
        Module spi = AdapterFactory.class.getModule();
        ModuleLayer host = spi.getLayer();
        UnitPlace place = new UnitPlace(this, host != null, List.of());
        try {
            List<PluginJar> jars = jars();
            place = new UnitPlace(this, host != null, jars);
            // A layer cannot read what is on the class path; if the SPI is there, a loader alone has to isolate.
            if (host == null) {
                LoaderPlugin.load(this, jars, place, found);
            } else {
                LayerPlugin.load(this, jars, place, host, found);
            }
        } catch (Refusal refusal) {
            found.add(rejected(place.of(refusal), refusal.reason(), refusal.remedy()));
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            found.add(rejected(
                    place.of(new Refusal(path, "", "")),
                    "it could not be looked at: " + Complaints.words(e),
                    "tell the author of the adapter"));
        }
        return found;
    }

    /** The adapters, with the plugin that they belong to; and what should be known of it. */
    static Found loaded(Found found, UnitLoader loader, Plugin plugin, List<PluginJar> jars) {
        if (found.factory() == null) {
            return found;
        }
        String shared = jars.stream()
                .filter(jar -> Shared.anyOf(jar.packages()).isPresent())
                .map(jar -> Shared.nameOf(Shared.anyOf(jar.packages()).orElseThrow()) + " in " + jar.name())
                .collect(Collectors.joining(" and "));
        DiscoveredAdapter entry = shared.isEmpty()
                ? found.entry()
                : found.entry()
                        .butNoted(
                                "it brings along what the host supplies, " + shared + ", and that is not used",
                                "leave it out");
        return new Found(entry, new PluginFactory(found.factory(), loader, plugin.made()), plugin);
    }

    /** A name for its class loader: it stands in every stack trace, and tells two loads of one plugin apart. */
    String loaderName() {
        return label() + " " + Instant.now();
    }

    Refusal withoutAdapter() {
        return isFolder()
                ? new Refusal(path, "no jar in it has an adapter", "put the adapter's jar into it too, or remove it")
                : new Refusal(
                        path,
                        "there is no adapter in it",
                        "if it is an adapter's library, put both into a folder of their own");
    }

    private static Found rejected(Origin origin, String reason, String remedy) {
        return Found.rejected(DiscoveredAdapter.rejected("", origin, reason, remedy));
    }

    private List<PluginJar> jars() throws Refusal {
        List<PluginJar> jars = new ArrayList<>();
        for (Path jar : files()) {
            jars.add(PluginJar.read(jar));
        }
        return jars;
    }

    private List<Path> files() throws Refusal {
        if (isJar(path)) {
            return List.of(path);
        }
        if (!isFolder()) {
            throw new Refusal(
                    path,
                    Files.exists(path) ? "it is neither a jar nor a folder" : "there is no such file or folder",
                    "name a jar, or a folder of jars");
        }
        List<Path> jars;
        try {
            jars = PluginDirectory.entries(path).stream().filter(Unit::isJar).toList();
        } catch (IOException e) {
            throw new Refusal(path, "it cannot be read", "let the user that runs the host read it");
        }
        if (jars.isEmpty()) {
            throw new Refusal(
                    path, "there is no jar in it", "put the adapter's jar into it with its libraries, or remove it");
        }
        return jars;
    }
}
