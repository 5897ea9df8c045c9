package io.llamaorch.adapter.registry.internal.discovery;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The adapters that a plugin made, as long as they are in memory; it does not keep them there. */
final class MadeAdapters {

    private final List<Made> made = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    private record Made(String name, WeakReference<WorkerAdapter> adapter) {

        boolean isGone() {
            return adapter.refersTo(null);
        }
    }

    void add(AdapterConfig config, WorkerAdapter adapter) {
        String name = config.replica().isEmpty()
                ? "an adapter of no replica"
                : "the adapter of replica " + config.pool() + "/" + config.replica();
        lock.lock();
        try {
            made.removeIf(Made::isGone);
            made.add(new Made(name, new WeakReference<>(adapter)));
        } finally {
            lock.unlock();
        }
    }

    /** Says whose adapters are still in memory. */
    List<String> inMemory() {
        lock.lock();
        try {
            made.removeIf(Made::isGone);
            return made.stream().map(Made::name).distinct().sorted().toList();
        } finally {
            lock.unlock();
        }
    }
}
