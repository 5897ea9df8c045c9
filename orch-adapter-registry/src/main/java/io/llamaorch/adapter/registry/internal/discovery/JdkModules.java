package io.llamaorch.adapter.registry.internal.discovery;

import java.lang.module.ModuleFinder;
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
}
