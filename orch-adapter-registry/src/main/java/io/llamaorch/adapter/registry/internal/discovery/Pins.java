package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what keeps a removed plugin in memory: its adapters, and its threads (REG-06). */
final class Pins {

    private static final int MOST_NAMED = 5;

    private Pins() {}

    /** The entry of a removed plugin's factory, with what holds the plugin. */
    static DiscoveredAdapter told(DiscoveredAdapter entry, Plugin plugin) {
        List<String> adapters = plugin.made().inMemory();
        List<String> threads = threads(plugin);
        if (adapters.isEmpty() && threads.isEmpty()) {
            return entry.butRemoved(
                    "it was removed, and its classes are still in memory; no adapter and no thread of it was found",
                    "let a full garbage collection run; if it stays after that, a heap dump shows what refers to it");
        }
        List<String> holders = new ArrayList<>(adapters);
        holders.addAll(threads);
        List<String> remedies = new ArrayList<>();
        if (!adapters.isEmpty()) {
            remedies.add("unbind the replica and let go of its adapter");
        }
        if (!threads.isEmpty()) {
            remedies.add("tell the adapter's author: close must end every thread that it started");
        }
        return entry.butRemoved(
                "it was removed, and is held in memory by " + listed(holders), String.join("; ", remedies));
    }

    private static String listed(List<String> holders) {
        int more = holders.size() - MOST_NAMED;
        return more <= 0
                ? String.join(", ", holders)
                : String.join(", ", holders.subList(0, MOST_NAMED)) + " and " + more + " more";
    }

    private static List<String> threads(Plugin plugin) {
        ClassLoader loader = plugin.loader();
        if (loader == null) {
            return List.of();
        }
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> isOf(thread.getKey(), loader) || runs(thread, plugin.loaderName()))
                .map(thread -> "thread '" + thread.getKey().getName() + "'")
                .sorted()
                .toList();
    }

    private static boolean isOf(Thread thread, ClassLoader loader) {
        return isWithin(thread.getContextClassLoader(), loader)
                || isWithin(thread.getClass().getClassLoader(), loader);
    }

    /** Whether a loader is this one, or one that the plugin made below it. */
    private static boolean isWithin(@Nullable ClassLoader loader, ClassLoader plugin) {
        for (ClassLoader at = loader; at != null; at = at.getParent()) {
            if (at == plugin) {
                return true;
            }
        }
        return false;
    }

    private static boolean runs(Map.Entry<Thread, StackTraceElement[]> thread, String loaderName) {
        return Arrays.stream(thread.getValue()).anyMatch(frame -> loaderName.equals(frame.getClassLoaderName()));
    }
}
