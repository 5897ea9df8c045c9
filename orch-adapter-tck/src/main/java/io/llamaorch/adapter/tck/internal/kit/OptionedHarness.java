package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.TestEngine;
import java.util.Map;

/**
 * A harness whose adapters have some options beside what the kit gives them.
 *
 * @param adapter the harness without them
 * @param options name to value
 */
public record OptionedHarness(AdapterHarness adapter, Map<String, String> options) implements AdapterHarness {

    @Override
    public AdapterFactory factory() {
        return new OptionedFactory(adapter.factory(), options);
    }

    @Override
    public TestEngine start(EngineScript script) {
        return adapter.start(script);
    }

    @Override
    public TaskRequest.Builder task() {
        return adapter.task();
    }
}
