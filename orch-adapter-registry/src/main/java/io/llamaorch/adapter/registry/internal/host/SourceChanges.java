package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.SourceUpdate;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a host's replicas what a source says (CFG-03): all of it in one step, or nothing, and then with every fault in one
 * message. What is described as before is not touched.
 *
 * <p>Thread safety: calls must be serial.
 */
final class SourceChanges {

    private final Bindings bindings;
    private final Duration drainLimit;
    private final String source;
    private final Owner owner;
    private Set<Bindings.Place> named = Set.of();

    /** Adapters were made for what a source says, and refused it: to make them again would lead to the same. */
    static final class AdaptersRefusedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private AdaptersRefusedException(String message) {
            super(message);
        }
    }

    SourceChanges(Bindings bindings, Owner owner, Duration drainLimit, String source) {
        this.bindings = bindings;
        this.owner = owner;
        this.drainLimit = drainLimit;
        this.source = source;
    }

    /**
     * Makes the changes.
     *
     * @throws IllegalArgumentException if what is wanted cannot be; nothing has changed then
     * @throws IllegalStateException if the host is closed, or the source is followed no more
     */
    SourceUpdate apply(List<ReplicaSpec> all) {
        Map<Bindings.Place, ReplicaSpec> wanted = byPlace(all);
        List<ReplicaSpec> fresh = wanted.entrySet().stream()
                .filter(entry -> !isUnchanged(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getValue)
                .toList();
        List<Bindings.Place> away = named.stream()
                .filter(place ->
                        !wanted.containsKey(place) && bindings.at(place, owner).isPresent())
                .toList();
        refuse(fresh.stream().flatMap(spec -> faults(spec).stream()).toList());
        SourceUpdate update = new SourceUpdate(
                names(fresh, false),
                names(fresh, true),
                away.stream().map(Bindings.Place::toString).toList(),
                wanted.size() - fresh.size());
        exchange(fresh, away);
        named = wanted.keySet();
        return update;
    }

    private Map<Bindings.Place, ReplicaSpec> byPlace(List<ReplicaSpec> all) {
        Map<Bindings.Place, ReplicaSpec> byPlace = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        for (ReplicaSpec spec : all) {
            Bindings.Place place = Bindings.Place.of(spec);
            ReplicaSpec twin = byPlace.putIfAbsent(place, spec);
            if (spec.replica().isEmpty()) {
                faults.add(path(spec) + ": it has no id, which a source must give");
            } else if (twin != null) {
                faults.add(path(spec) + ": replica " + place + " is described at " + path(twin) + " already");
            }
        }
        refuse(faults);
        return byPlace;
    }

    /** Not so if somebody unbound it, or bound it otherwise: the source is what counts. */
    private boolean isUnchanged(Bindings.Place place, ReplicaSpec spec) {
        return bindings.at(place, owner).filter(spec::equals).isPresent();
    }

    private List<String> names(List<ReplicaSpec> fresh, boolean anew) {
        return fresh.stream()
                .map(Bindings.Place::of)
                .filter(place -> bindings.at(place, owner).isPresent() == anew)
                .map(Bindings.Place::toString)
                .toList();
    }

    private List<String> faults(ReplicaSpec spec) {
        AdapterFactory factory;
        try {
            factory = bindings.maker().registry().factory(spec.engine());
        } catch (WorkerException unknown) {
            return List.of(path(spec) + ": " + unknown.error().message());
        }
        return OptionValues.faults(factory.descriptor().options(), spec.options()).values().stream()
                .map(fault -> path(spec) + ": " + fault)
                .toList();
    }

    private void exchange(List<ReplicaSpec> fresh, List<Bindings.Place> away) {
        refuse(bindings.reserve(fresh, owner).entrySet().stream()
                .map(fault -> "replica " + fault.getKey() + " " + fault.getValue())
                .toList());
        List<Replica> made = new ArrayList<>();
        boolean swapped = false;
        try {
            List<String> faults = make(fresh, made);
            if (!faults.isEmpty()) {
                throw new AdaptersRefusedException(message(faults));
            }
            swapped = bindings.swap(owner, made, away, drainLimit, "its description changed in " + source);
        } finally {
            if (!swapped) {
                bindings.release(fresh);
                Closing.await(made.stream()
                        .map(replica -> replica.drain(Duration.ZERO, "another replica of " + source + " is wrong"))
                        .toList());
            }
        }
        if (!swapped) {
            throw new IllegalStateException(source + " is followed no more");
        }
    }

    private List<String> make(List<ReplicaSpec> fresh, List<Replica> made) {
        List<String> faults = new ArrayList<>();
        for (ReplicaSpec spec : fresh) {
            try {
                made.add(bindings.maker().make(spec, owner));
            } catch (IllegalArgumentException | WorkerException e) {
                faults.add(path(spec) + ": " + e.getMessage());
            }
        }
        return faults;
    }

    private void refuse(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(message(faults));
        }
    }

    private String message(List<String> faults) {
        return source + " is not followed: " + String.join("; ", faults);
    }

    private static String path(ReplicaSpec spec) {
        return spec.origin().orElseGet(() -> Bindings.Place.of(spec).toString());
    }
}
