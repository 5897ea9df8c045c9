package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSpec;
import java.util.List;
import java.util.Set;

/**
 * The replicas of one document.
 *
 * @param all each of them in its place, with its id and its path as origin
 * @param draining the paths of those that are described only, and are to drain where they are bound
 */
record DescribedReplicas(List<ReplicaSpec> all, Set<String> draining) {

    static final DescribedReplicas NONE = new DescribedReplicas(List.of(), Set.of());

    /** {@return those that are to be bound; their ids are the same whichever others drain} */
    List<ReplicaSpec> toBind() {
        return all.stream()
                .filter(spec -> !draining.contains(spec.origin().orElse("")))
                .toList();
    }
}
