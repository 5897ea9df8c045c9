package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Providers of one engine's name: never does the first win (REG-04). */
final class Rivals {

    private Rivals() {}

    /** The same, but that those which serve one engine are all rejected. */
    static List<Found> rejected(List<Found> found) {
        return found.stream()
                .map(one -> {
                    List<DiscoveredAdapter> rivals = found.stream()
                            .filter(other -> isRival(one, other))
                            .map(Found::entry)
                            .toList();
                    return rivals.size() > 1
                            ? one.butRejected(
                                    reason(rivals), "keep one of them, or register the one that is meant by hand")
                            : one;
                })
                .toList();
    }

    /** Rejects those whose engine is served already by what was there before, which stays. */
    static List<Found> rejected(List<Found> found, Collection<Found> before) {
        return found.stream()
                .map(one -> before.stream()
                        .filter(other -> isRival(one, other))
                        .findFirst()
                        .map(other -> one.butRejected(
                                reason(List.of(other.entry(), one.entry())),
                                "keep one of them: unregister the one that is loaded, or leave this one out"))
                        .orElse(one))
                .toList();
    }

    private static boolean isRival(Found one, Found other) {
        return one.isLoaded()
                && other.isLoaded()
                && one.entry().engine().equals(other.entry().engine());
    }

    private static String reason(List<DiscoveredAdapter> rivals) {
        String all = rivals.stream()
                .map(rival -> rival.provider() + " from " + rival.origin())
                .sorted()
                .collect(Collectors.joining(" and "));
        return rivals.size() + " providers serve engine '" + rivals.get(0).engine() + "': " + all;
    }
}
