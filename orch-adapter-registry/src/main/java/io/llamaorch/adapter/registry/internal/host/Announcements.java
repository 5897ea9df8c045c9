package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerMove;
import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.ReplicaMove;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Tells a host's log and its listeners what becomes of replicas and tasks: each in order, and none holds up another or
 * whoever made it happen (OBS-05).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Announcements {

    /** Who hears of it, and by what. */
    private record Ear(HostListener listener, Audience audience) {}

    private final HostLog log = new HostLog();
    private final Ear logEar;
    private final List<Ear> others;
    private final List<Ear> ears;

    /**
     * Makes announcements to some.
     *
     * @param listeners who hears of it beside the log
     * @param executor where they hear of it
     */
    public Announcements(List<HostListener> listeners, Executor executor) {
        this.logEar = new Ear(log, new Audience(log, executor));
        this.others = listeners.stream()
                .map(listener -> new Ear(listener, new Audience(listener, executor)))
                .toList();
        this.ears = Stream.concat(Stream.of(logEar), others.stream()).toList();
    }

    Lifecycle.Moves of(ReplicaSpec spec) {
        return new Lifecycle.Moves() {
            @Override
            public void add(ReplicaState from, ReplicaState to, String cause) {
                ReplicaMove move = new ReplicaMove(spec, from, to, cause);
                ears.forEach(ear -> ear.audience.add(move, () -> ear.listener.onMove(move)));
            }

            @Override
            public void tell() {
                Announcements.this.tell();
            }
        };
    }

    /** Takes a breaker's move down; {@link #tell} follows, when no lock is held. */
    void add(BreakerMove move) {
        ears.forEach(ear -> ear.audience.add(move, () -> ear.listener.onBreaker(move)));
    }

    /** Takes down that a task is at a stage, unless nobody wants to hear of it; {@link #tell} follows, when no lock is held. */
    void add(TaskStage stage, Supplier<TaskReport> report) {
        List<Ear> hear = log.wants(stage) ? ears : others;
        if (hear.isEmpty()) {
            return;
        }
        TaskReport made = report.get();
        for (Ear ear : hear) {
            ear.audience.addUnlessMuchWaits(made, () -> ear.listener.onTask(made));
        }
    }

    /** Tells what was taken down. */
    void tell() {
        ears.forEach(ear -> ear.audience.tell());
    }
}
