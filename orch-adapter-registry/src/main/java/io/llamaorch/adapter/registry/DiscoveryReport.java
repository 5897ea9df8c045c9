package io.llamaorch.adapter.registry;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What discovery found: each provider, where it came from, and whether it was loaded; if not, why, and what to do. It
 * holds names only, nothing of a plugin that it tells of.
 *
 * <p>Thread safety: immutable.
 */
public final class DiscoveryReport {

    private final List<DiscoveredAdapter> adapters;

    private DiscoveryReport(List<DiscoveredAdapter> adapters) {
        this.adapters = adapters;
    }

    /**
     * Makes a report.
     *
     * @param adapters what was found, in the order in which it is told
     * @return the report
     */
    public static DiscoveryReport of(List<DiscoveredAdapter> adapters) {
        return new DiscoveryReport(List.copyOf(adapters));
    }

    /** {@return what was found} */
    public List<DiscoveredAdapter> adapters() {
        return adapters;
    }

    /** {@return what was found and is not usable} */
    public List<DiscoveredAdapter> rejected() {
        return adapters.stream()
                .filter(adapter -> adapter.verdict() == DiscoveredAdapter.Verdict.REJECTED)
                .toList();
    }

    /** {@return a line for each} */
    @Override
    public String toString() {
        return adapters.isEmpty()
                ? "no adapter was found"
                : adapters.stream()
                        .map(DiscoveredAdapter::toString)
                        .collect(Collectors.joining(System.lineSeparator()));
    }
}
