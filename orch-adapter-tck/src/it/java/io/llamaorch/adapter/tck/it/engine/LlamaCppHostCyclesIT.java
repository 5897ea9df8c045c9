package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** LIF-06 at the host: replicas of llama.cpp's adapter come and go, a thousand times. */
@NoLeaks
class LlamaCppHostCyclesIT {

    private static final int CYCLES = 1_000;

    @Test
    @Timeout(120)
    void host_whenReplicasComeAndGo_leavesTheProcessAsItWas() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().slots(4).start();
                AdapterHost host = AdapterHost.create(AdapterRegistry.discover())) {
            ReplicaSpec spec = ReplicaSpec.builder("llamacpp")
                    .replica("r0")
                    .url(engine.url().toString())
                    .build();
            cycle(host, spec, 0);
            Leaks before = Leaks.snapshot();
            for (int i = 0; i < CYCLES; i++) {
                cycle(host, spec, i);
            }
            assertEquals(List.of(), before.found(Patience.mustHappen(), engine::runsOn));
            assertEquals(0, engine.connectionsOpen());
        }
    }

    private static void cycle(AdapterHost host, ReplicaSpec spec, int number) throws Exception {
        host.bind(spec);
        if (number % 10 == 0) {
            TaskRequest task = TaskRequest.builder("Once").maxTokens(3).build();
            assertInstanceOf(
                    TokenEvent.End.class,
                    Patience.get(host.submit(spec.pool(), task).outcome()));
            Patience.get(host.health(spec.pool()));
        }
        if (number % 3 == 0) {
            Patience.get(host.rebind(spec));
        }
        assertEquals(0, Patience.get(host.unbind(spec.pool(), "r0")).ended());
    }
}
