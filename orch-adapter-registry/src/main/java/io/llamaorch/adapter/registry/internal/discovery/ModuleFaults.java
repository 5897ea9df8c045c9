package io.llamaorch.adapter.registry.internal.discovery;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be wrong among the modules of a plugin, and what to do about it. */
final class ModuleFaults {

    /** As the JDK words it, for what is only seen when it puts the modules together. */
    private static final Pattern NOT_FOUND = Pattern.compile("Module (\\S+) not found, required by (\\S+)");

    private static final Pattern CONTAINS =
            Pattern.compile("Module (\\S+) contains package (\\S+), module (\\S+) exports package");
    private static final Pattern BOTH_EXPORT = Pattern.compile("Modules (\\S+) and (\\S+) export package (\\S+) to");

    private ModuleFaults() {}

    static Refusal missing(PluginJar jar, String module, String needed) {
        if (JdkModules.isOne(needed)) {
            return JdkModules.missing(jar, module, needed);
        }
        return new Refusal(
                jar.path(),
                module,
                "it needs module " + needed + ", which is not there",
                "put the jar of that module beside it, both in a folder of their own");
    }

    static Refusal twice(Unit unit, String module, PluginJar one, PluginJar other) {
        return new Refusal(
                unit.path(),
                "module " + module + " is in it twice: in " + one.name() + " and in " + other.name(),
                "keep one of them");
    }

    static Refusal split(Path unit, String packageName, String one, String other) {
        return new Refusal(
                unit,
                "package " + packageName + " is in two modules: " + one + " and " + other,
                "keep one of them, or get versions of both that share no package");
    }

    static Refusal bundles(PluginJar jar, String module, String packageName) {
        return new Refusal(
                jar.path(),
                module,
                "it has package " + packageName + " of " + Shared.nameOf(packageName)
                        + " in it, which the host supplies",
                "take that package out of the jar");
    }

    /** What the JDK found. */
    static Refusal ofJdk(Unit unit, Map<String, UnitModules.Part> parts, RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher notFound = NOT_FOUND.matcher(message);
        UnitModules.Part part = notFound.find() ? parts.get(notFound.group(2)) : null;
        if (part != null) {
            return missing(part.jar(), part.name(), notFound.group(1));
        }
        Matcher contains = CONTAINS.matcher(message);
        if (contains.find()) {
            return split(unit.path(), contains.group(2), contains.group(1), contains.group(3));
        }
        Matcher both = BOTH_EXPORT.matcher(message);
        if (both.find()) {
            boolean sorted = both.group(1).compareTo(both.group(2)) < 0; // the JDK names them in any order
            return split(unit.path(), both.group(3), both.group(sorted ? 1 : 2), both.group(sorted ? 2 : 1));
        }
        return new Refusal(
                unit.path(),
                "its modules do not fit together: " + message,
                "get versions of them that were made for each other");
    }
}
