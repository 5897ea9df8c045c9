package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What can be wrong with a jar that is to be a module. */
final class JarFaults {

    private static final String BUILD_AGAIN = "build the jar again, with all that belongs into it";

    private JarFaults() {}

    /** The module in a jar. */
    static ModuleReference module(PluginJar jar) throws Refusal {
        try {
            return ModuleFinder.of(jar.path()).findAll().stream()
                    .findFirst()
                    .orElseThrow(() -> new FindException("there is no module in it"));
        } catch (FindException e) {
            // The JDK's words name the jar, but not always the fault, and change from one JDK to the next.
            throw Stream.of(inModuleInfo(jar), looseClass(jar), inName(jar))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElseGet(() -> new Refusal(
                            jar.path(), "no module can be made of it: " + Complaints.words(e), BUILD_AGAIN));
        }
    }

    private static Optional<Refusal> inModuleInfo(PluginJar jar) {
        ModuleInfo moduleInfo = jar.moduleInfo();
        if (moduleInfo == null) {
            return Optional.empty();
        }
        if (moduleInfo.isTooNew()) {
            return Optional.of(new Refusal(
                    jar.path(),
                    Complaints.newerJava("its module-info", moduleInfo.java()),
                    Complaints.newerJavaRemedy(moduleInfo.java())));
        }
        ModuleDescriptor descriptor = jar.descriptor();
        if (descriptor == null) {
            return Optional.of(new Refusal(jar.path(), "its module-info is damaged", BUILD_AGAIN));
        }
        Set<String> absent = new TreeSet<>(descriptor.packages());
        absent.removeAll(jar.packages());
        return absent.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refusal(
                        jar.path(),
                        descriptor.name(),
                        "its module-info names packages that are not in it: " + String.join(", ", absent),
                        BUILD_AGAIN));
    }

    private static Optional<Refusal> looseClass(PluginJar jar) {
        return jar.looseClass()
                ? Optional.of(new Refusal(
                        jar.path(),
                        "it has a class that is in no package, which no module may have",
                        "tell its author: every class must be in a package"))
                : Optional.empty();
    }

    private static Optional<Refusal> inName(PluginJar jar) {
        if (jar.moduleInfo() != null) {
            return Optional.empty();
        }
        String given = jar.automaticName();
        try {
            ModuleDescriptor.newAutomaticModule(given == null ? derivedName(jar.name()) : given);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(
                    given == null
                            ? new Refusal(
                                    jar.path(),
                                    "no name of a module can be made of its file's name",
                                    "rename it to something like lib-1.2.jar")
                            : new Refusal(
                                    jar.path(),
                                    "its manifest names it " + given + ", which can be no module's name",
                                    "tell its author, or take that name out of its manifest"));
        }
    }

    /** As {@link ModuleFinder#of} says: without the version, and with dots for all but letters and digits. */
    private static String derivedName(String file) {
        return file.substring(0, file.length() - ".jar".length())
                .replaceFirst("-(\\d+(\\.|$)).*", "")
                .replaceAll("[^A-Za-z0-9]", ".")
                .replaceAll("\\.{2,}", ".")
                .replaceAll("^\\.|\\.$", "");
    }
}
