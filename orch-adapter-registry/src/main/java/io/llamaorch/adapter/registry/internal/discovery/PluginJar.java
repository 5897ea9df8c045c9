package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.spi.AdapterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * What a jar tells before anything of it is loaded.
 *
 * @param path the jar
 * @param services the factories that its {@code META-INF/services} names
 * @param packages the names of the folders in it, as packages
 * @param looseClass whether it has a class that is in no package
 * @param automaticName the name that its manifest gives it as a module; null if none
 * @param moduleInfo its {@code module-info}; null if it has none
 */
record PluginJar(
        Path path,
        List<String> services,
        Set<String> packages,
        boolean looseClass,
        @Nullable String automaticName,
        @Nullable ModuleInfo moduleInfo) {

    static final String SERVICES = "META-INF/services/" + AdapterFactory.class.getName();

    private static final String MODULE_INFO = "module-info.class";

    static PluginJar read(Path path) throws Refusal {
        try (JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
            Set<String> packages = new TreeSet<>();
            boolean looseClass = false;
            for (JarEntry entry : jar.versionedStream().toList()) {
                String name = entry.getName();
                int slash = name.lastIndexOf('/');
                if (slash < 0) {
                    looseClass |= name.endsWith(".class") && !name.equals(MODULE_INFO);
                } else if (!entry.isDirectory() && !name.startsWith("META-INF/")) {
                    packages.add(name.substring(0, slash).replace('/', '.'));
                }
            }
            byte[] moduleInfo = content(jar, MODULE_INFO);
            byte[] services = content(jar, SERVICES);
            return new PluginJar(
                    path,
                    services == null ? List.of() : Origins.lines(new String(services, StandardCharsets.UTF_8)),
                    packages,
                    looseClass,
                    automaticName(jar.getManifest()),
                    moduleInfo == null ? null : new ModuleInfo(moduleInfo));
        } catch (AccessDeniedException e) {
            throw new Refusal(path, "this user may not read it", "give the user of this process the right to read it");
        } catch (IOException | RuntimeException e) {
            throw new Refusal(path, "it cannot be read: it is no jar, or a damaged one", "copy it there again");
        }
    }

    private static byte @Nullable [] content(JarFile jar, String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        if (entry == null) {
            return null;
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static @Nullable String automaticName(@Nullable Manifest manifest) {
        return manifest == null
                ? null
                : manifest.getMainAttributes().getValue(new Attributes.Name("Automatic-Module-Name"));
    }

    String name() {
        return String.valueOf(path.getFileName());
    }

    /** Its descriptor, where it has one that this JVM can read. */
    @Nullable
    ModuleDescriptor descriptor() {
        return moduleInfo == null ? null : moduleInfo.descriptor().orElse(null);
    }

    /** The name of its module, where it is given one; else its file's name decides. */
    Optional<String> module() {
        ModuleDescriptor descriptor = descriptor();
        return descriptor == null ? Optional.ofNullable(automaticName) : Optional.of(descriptor.name());
    }

    /** Whether it is what the host supplies. */
    boolean isShared() {
        return module().filter(Shared::isModule).isPresent();
    }

    /** The factories that its {@code module-info} provides. */
    List<String> provided() {
        return provided(descriptor());
    }

    static List<String> provided(@Nullable ModuleDescriptor descriptor) {
        List<String> provided = new ArrayList<>();
        if (descriptor != null) {
            descriptor.provides().stream()
                    .filter(provides -> provides.service().equals(AdapterFactory.class.getName()))
                    .forEach(provides -> provided.addAll(provides.providers()));
        }
        return provided;
    }
}
