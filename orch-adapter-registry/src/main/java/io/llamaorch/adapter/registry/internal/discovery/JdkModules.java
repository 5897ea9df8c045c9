package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells the JDK's modules from others. In a linked image all lie in the same place, so that only names tell. */
final class JdkModules {

    private JdkModules() {}

    static boolean isOne(@Nullable String name) {
        return name != null && (name.startsWith("java.") || name.startsWith("jdk."));
    }

    /** What to say of a module of the JDK that a plugin needs and this JVM does not have at hand. */
    static Refusal missing(PluginJar jar, String module, String needed) {
        boolean inTheImage = ModuleFinder.ofSystem().find(needed).isPresent();
        return inTheImage
                ? new Refusal(
                        jar.path(),
                        module,
                        "it needs module " + needed + " of the JDK, which this host was started without",
                        "start the host with --add-modules " + needed)
                : new Refusal(
                        jar.path(),
                        module,
                        "it needs module " + needed + " of the JDK, which this run-time image does not have",
                        "build the image with --add-modules " + needed + ", or run the host on a whole JDK");
    }

    /** Refuses a module that has a package of one of the JDK's that it reads; a layer cannot have both. */
    static void requireNoneOfTheirPackages(PluginJar jar, ModuleDescriptor module) throws Refusal {
        Set<String> required =
                module.requires().stream().map(ModuleDescriptor.Requires::name).collect(Collectors.toSet());
        List<ModuleDescriptor> read = ModuleLayer.boot().modules().stream()
                .map(Module::getDescriptor)
                .filter(jdk -> isOne(jdk.name()) && (module.isAutomatic() || required.contains(jdk.name())))
                .sorted()
                .toList();
        for (ModuleDescriptor jdk : read) {
            Optional<String> common = jdk.exports().stream()
                    .filter(exports -> !exports.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .filter(module.packages()::contains)
                    .min(Comparator.naturalOrder());
            if (common.isPresent()) {
                throw new Refusal(
                        jar.path(),
                        module.name(),
                        "it has package " + common.get() + " in it, which is in module " + jdk.name()
                                + " of the JDK too",
                        "take that package out of the jar, or get a version without it");
            }
        }
    }
}
