package io.llamaorch.adapter.tck.internal.live;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The kit on an adapter that is correct, through the relay: it changes nothing, and sees what the kit asks it. */
@Tag("once") // the same on every JVM
class LiveConformanceTest extends AdapterConformance {

    private static final AdapterFactory FACTORY = AdapterRegistry.discover().factory("llamacpp");

    private static ScriptedEngine engine;

    @BeforeAll
    static void start() {
        engine = ScriptedEngine.builder().slots(2).start();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @Override
    public AdapterHarness harness() {
        return new LiveHarness(FACTORY, engine.url(), Optional.empty(), EngineDialect.LLAMA_CPP);
    }
}
