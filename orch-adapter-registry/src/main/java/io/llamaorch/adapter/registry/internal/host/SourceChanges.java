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
import java.util.Objects;

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
    private Map<Bindings.Place, ReplicaSpec> owned = new LinkedHashMap<>();

    SourceChanges(Bindings bindings, Duration drainLimit, String source) {
        this.bindings = bindings;
        this.drainLimit = drainLimit;
        this.source = source;
    }

    /**
     * Makes the changes.
     *
     * @throws IllegalArgumentException if what is wanted cannot be; nothing has changed then
     * @throws IllegalStateException if the host is closed
     */
    SourceUpdate apply(List<ReplicaSpec> all) {
        Map<Bindings.Place, ReplicaSpec> wanted = byPlace(all);
        List<ReplicaSpec> fresh = wanted.entrySet().stream()
                .filter(entry -> !isUnchanged(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getValue)
                .toList();
        List<Bindings.Place> away = owned.keySet().stream()
                .filter(place -> !wanted.containsKey(place))
                .toList();
        refuse(fresh.stream().flatMap(spec -> faults(spec).stream()).toList());
        SourceUpdate update = new SourceUpdate(
                names(fresh, false),
                names(fresh, true),
                away.stream().map(Bindings.Place::toString).toList(),
                wanted.size() - fresh.size());
        exchange(fresh, away);
        owned = wanted;
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

    /** Not so if somebody unbound it or bound another there: the source is what counts. */
    private boolean isUnchanged(Bindings.Place place, ReplicaSpec spec) {
        return Objects.equals(spec, owned.get(place))
                && bindings.at(place).filter(spec::equals).isPresent();
    }

    private List<String> names(List<ReplicaSpec> fresh, boolean anew) {
        return fresh.stream()
                .map(Bindings.Place::of)
                .filter(place -> bindings.at(place).isPresent() == anew)
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
        refuse(bindings.reserve(fresh, owned.keySet()).stream()
                .map(place -> "replica " + place + " is bound already, and not by this source: unbind it, or give it"
                        + " another id here")
                .toList());
        List<Replica> made = new ArrayList<>();
        boolean swapped = false;
        try {
            refuse(make(fresh, made));
            swapped = bindings.swap(made, away, drainLimit, "its description changed in " + source);
        } finally {
            if (!swapped) {
                bindings.release(fresh);
                Closing.await(made.stream()
                        .map(replica -> replica.drain(Duration.ZERO, "another replica of " + source + " is wrong"))
                        .toList());
            }
        }
        bindings.requireOpen();
    }

    private List<String> make(List<ReplicaSpec> fresh, List<Replica> made) {
        List<String> faults = new ArrayList<>();
        for (ReplicaSpec spec : fresh) {
            try {
                made.add(bindings.maker().make(spec));
            } catch (IllegalArgumentException | WorkerException e) {
                faults.add(path(spec) + ": " + e.getMessage());
            }
        }
        return faults;
    }

    private void refuse(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(source + " is not followed: " + String.join("; ", faults));
        }
    }

    private static String path(ReplicaSpec spec) {
        return spec.origin().orElseGet(() -> Bindings.Place.of(spec).toString());
    }
}
