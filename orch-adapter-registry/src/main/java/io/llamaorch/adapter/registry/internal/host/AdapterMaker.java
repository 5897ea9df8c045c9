package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.DestinationPolicy;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the adapters of a host's replicas, all with the same clock and threads. */
public final class AdapterMaker {

    private final AdapterRegistry registry;
    private final DestinationPolicy destinations;
    private final HostSettings settings;

    /**
     * Makes a maker.
     *
     * @param registry where adapters come from
     * @param destinations where they may connect to
     * @param settings what all replicas of a host share
     */
    public AdapterMaker(AdapterRegistry registry, DestinationPolicy destinations, HostSettings settings) {
        this.registry = registry;
        this.destinations = destinations;
        this.settings = settings;
    }

    AdapterRegistry registry() {
        return registry;
    }

    HostSettings settings() {
        return settings;
    }

    /** Makes a replica with its adapter; throws as {@code AdapterHost.bind} does. */
    Replica make(ReplicaSpec spec, Owner owner) {
        AdapterFactory factory = registry.factory(spec.engine());
        requireAllowed(spec);
        Moves moves = new Moves(settings.announcements().of(spec));
        Lifecycle lifecycle = new Lifecycle(settings.policies().health(), moves);
        try {
            Set<Capability> capabilities = factory.descriptor().capabilities();
            Replica replica = new Replica(
                    spec, owner, new Replica.Made(create(factory, spec), capabilities, lifecycle), settings);
            moves.replica = replica;
            return replica;
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
                AdapterConfig.builder().replica(spec.pool(), spec.replica()).timeSource(settings.time());
        spec.url().ifPresent(config::url);
        spec.token().ifPresent(config::token);
        spec.options().forEach(config::option);
        config.deliveryExecutor(settings.executor());
        return Objects.requireNonNull(factory.create(config.build()), "create gave no adapter");
    }

    /** A policy that cannot judge allows nothing (SEC-07). */
    private void requireAllowed(ReplicaSpec spec) {
        Optional<String> denial;
        try {
            denial = Objects.requireNonNull(destinations.denies(spec), "it gave null");
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            denial = Optional.of("the policy threw " + e);
        }
        if (denial.isPresent()) {
            throw new IllegalArgumentException("the destination of replica " + spec + " is denied: " + denial.get());
        }
    }

    /** Tells the replica of its own moves before others hear of them. */
    private static final class Moves implements Lifecycle.Moves {
        private final Lifecycle.Moves told;
        private volatile @Nullable Replica replica;

        private Moves(Lifecycle.Moves told) {
            this.told = told;
        }

        @Override
        public void add(ReplicaState from, ReplicaState to, String cause) {
            told.add(from, to, cause);
        }

        @Override
        public void tell() {
            Replica its = replica;
            if (its != null) {
                its.stateChanged();
            }
            told.tell();
        }
    }
}
