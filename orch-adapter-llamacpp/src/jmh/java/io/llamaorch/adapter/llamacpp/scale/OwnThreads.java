package io.llamaorch.adapter.llamacpp.scale;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Which threads there are that were not there before the first adapter. */
final class OwnThreads {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Set<Long> others = new HashSet<>();
    private final Set<String> names = new TreeSet<>();
    private int peak;

    /** All threads that are there now are others. */
    OwnThreads() {
        Arrays.stream(THREADS.getAllThreadIds()).forEach(others::add);
    }

    /** Begins anew. */
    void forget() {
        names.clear();
        peak = 0;
    }

    void look() {
        long[] own = Arrays.stream(THREADS.getAllThreadIds())
                .filter(id -> !others.contains(id))
                .toArray();
        peak = Math.max(peak, own.length);
        Arrays.stream(THREADS.getThreadInfo(own))
                .filter(Objects::nonNull)
                .map(ThreadInfo::getThreadName)
                .forEach(names::add);
    }

    /** How many at most were seen at once, and the names of all. */
    @Override
    public String toString() {
        return peak + ": " + String.join(", ", names);
    }
}
