package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.TestEngine;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The mock adapter for the conformance kit: an adapter that is made with a configuration to which an engine of this
 * harness was added talks to that engine, any other to one of its own.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class MockHarness implements AdapterHarness {

    private final Map<String, MockEngine> engines = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();

    /** Makes a harness without an engine yet. */
    public MockHarness() {}

    @Override
    public AdapterFactory factory() {
        return new MockAdapterFactory(config -> config.url().flatMap(url -> Optional.ofNullable(engines.get(url))));
    }

    @Override
    public TestEngine start(EngineScript script) {
        String url = "mock:" + number.incrementAndGet();
        MockEngine engine = new MockEngine(url, MockSettings.of(script));
        engines.put(url, engine);
        return engine;
    }
}
