package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;

/**
 * The harness of a host: each adapter that it makes is a host of its own, to which an adapter of another harness is
 * bound. That host tries each task once and has no breaker: what one adapter does is to be seen. It sends nothing to a
 * replica that is not ready, so a look at it precedes the task that follows a failure.
 *
 * @param adapter the other harness
 */
public record HostHarness(AdapterHarness adapter) implements AdapterHarness {

    @Override
    public AdapterFactory factory() {
        return new HostFactory(adapter.factory());
    }

    @Override
    public TestEngine start(EngineScript script) {
        return adapter.start(script);
    }

    @Override
    public TaskRequest.Builder task() {
        return adapter.task();
    }

    private static final Duration AT_ONCE = Duration.ofNanos(1);
    private static final int MANY = 1_000;
    private static final int NEVER = 10_000;

    private record HostFactory(AdapterFactory bound) implements AdapterFactory {

        @Override
        public String engine() {
            return bound.engine();
        }

        @Override
        public AdapterDescriptor descriptor() {
            return bound.descriptor();
        }

        @Override
        public WorkerAdapter create(AdapterConfig config) {
            AdapterRegistry registry = AdapterRegistry.empty();
            registry.register(bound);
            AdapterHost host = AdapterHost.builder(registry)
                    .timeSource(config.timeSource())
                    .deliveryExecutor(config.deliveryExecutor())
                    .retries(RetryPolicy.builder().attempts(1).build())
                    .health(HealthPolicy.builder().firstBackoff(AT_ONCE).build())
                    .breakers(BreakerPolicy.builder()
                            .failures(NEVER)
                            .window(NEVER)
                            .build())
                    .build();
            ReplicaSpec.Builder spec = ReplicaSpec.builder(engine())
                    .pool(config.pool())
                    .replica(config.replica())
                    .share(MANY);
            config.url().ifPresent(spec::url);
            config.token().ifPresent(spec::token);
            config.options().forEach(spec::option);
            return new HostedAdapter(host, host.bind(spec.build()));
        }
    }
}
