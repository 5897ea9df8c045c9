package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.tck.AdapterHarness;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** An adapter that is correct but for one change, and the rules that the change breaks. */
sealed interface Broken
        permits BrokenEvents, BrokenFlows, BrokenCancels, BrokenLives, BrokenReports, BrokenTasks, BrokenCapabilities {

    /**
     * What was changed.
     *
     * @param breaks the ids of the rules that the change breaks
     * @param how makes the changed adapter's factory of the correct one
     */
    record Change(Set<String> breaks, UnaryOperator<AdapterFactory> how) {}

    String name();

    Change change();

    /** The ids of the rules that the change breaks. */
    default Set<String> breaks() {
        return change().breaks();
    }

    /** The mock adapter on its own engine, with the change. */
    default AdapterHarness harness() {
        return new ChangedHarness(change().how());
    }

    /** All that there are. */
    static List<Broken> all() {
        return Arrays.stream(Broken.class.getPermittedSubclasses())
                .flatMap(group -> Arrays.stream(group.getEnumConstants()))
                .map(Broken.class::cast)
                .toList();
    }
}
