package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ids of the replicas in one document. */
final class ReplicaIds {

    private ReplicaIds() {}

    /**
     * Gives each replica without an id the first of {@code r0}, {@code r1}, … that its pool does not have; the same
     * replicas get the same ids each time. Refuses two of one id.
     *
     * @param specs the replicas, with their paths as origin
     * @param faults takes what is wrong
     * @return the replicas with ids, in their order
     */
    static List<ReplicaSpec> given(List<ReplicaSpec> specs, Faults faults) {
        Map<List<String>, String> owners = new HashMap<>();
        for (ReplicaSpec spec : specs) {
            if (!spec.replica().isEmpty()) {
                String origin = spec.origin().orElseThrow();
                String owner = owners.putIfAbsent(List.of(spec.pool(), spec.replica()), origin);
                if (owner != null) {
                    faults.add(origin + ".replica: is the id of " + owner + " already, in pool '" + spec.pool()
                            + "'; choose another");
                }
            }
        }
        Map<String, Integer> next = new HashMap<>();
        List<ReplicaSpec> given = new ArrayList<>();
        for (ReplicaSpec spec : specs) {
            if (!spec.replica().isEmpty()) {
                given.add(spec);
                continue;
            }
            int number = next.getOrDefault(spec.pool(), 0);
            while (owners.containsKey(List.of(spec.pool(), "r" + number))) {
                number++;
            }
            next.put(spec.pool(), number + 1);
            given.add(spec.toBuilder().replica("r" + number).build());
        }
        return List.copyOf(given);
    }
}
