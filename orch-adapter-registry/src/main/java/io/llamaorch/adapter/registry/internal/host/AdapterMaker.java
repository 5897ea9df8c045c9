package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Makes the adapters of a host's replicas, all with the same clock and threads. */
public final class AdapterMaker {

    private final AdapterRegistry registry;
    private final TimeSource time;
    private final Executor executor;
    private final Announcements announcements;

    /**
     * Makes a maker.
     *
     * @param registry where adapters come from
     * @param time the clock of all of them
     * @param executor where subscribers that may block are called
     * @param announcements who hears of their moves
     */
    public AdapterMaker(AdapterRegistry registry, TimeSource time, Executor executor, Announcements announcements) {
        this.registry = registry;
        this.time = time;
        this.executor = executor;
        this.announcements = announcements;
    }

    AdapterRegistry registry() {
        return registry;
    }

    TimeSource time() {
        return time;
    }

    Executor executor() {
        return executor;
    }

    /** Makes a replica with its adapter; throws as {@code AdapterHost.bind} does. */
    Replica make(ReplicaSpec spec, Owner owner) {
        AdapterFactory factory = registry.factory(spec.engine());
        Lifecycle lifecycle = new Lifecycle(time, announcements.of(spec));
        try {
            return new Replica(spec, owner, create(factory, spec), lifecycle, time, executor);
        } catch (IllegalArgumentException e) {
            lifecycle.failed("its adapter refused its configuration: " + e.getMessage());
            throw new IllegalArgumentException(
                    "replica " + spec.pool() + "/" + spec.replica() + " (" + spec.engine() + "): " + e.getMessage(), e);
        } catch (Throwable e) {
            lifecycle.failed("its adapter could not be made: " + e);
            Foreign.rethrowIfFatal(e);
            throw new WorkerException(WorkerError.builder(
                            ErrorCode.INTERNAL,
                            "the adapter for engine '" + spec.engine() + "' could not be created: " + e
                                    + "; this is its fault")
                    .engine(spec.engine())
                    .replica(spec.replica())
                    .cause(e)
                    .build());
        }
    }

    private WorkerAdapter create(AdapterFactory factory, ReplicaSpec spec) {
        AdapterConfig.Builder config =
                AdapterConfig.builder().replica(spec.pool(), spec.replica()).timeSource(time);
        spec.url().ifPresent(config::url);
        spec.token().ifPresent(config::token);
        spec.options().forEach(config::option);
        config.deliveryExecutor(executor);
        return Objects.requireNonNull(factory.create(config.build()), "create gave no adapter");
    }
}
