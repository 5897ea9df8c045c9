package io.llamaorch.adapter.tck.it.conformance;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.Map;

/** The adapter for llama.cpp on the scripted engine that speaks as the server of today. */
@NoLeaks
class LlamaCppConformanceIT extends AdapterConformance {

    @Override
    public AdapterHarness harness() {
        return AdapterHarness.http(new LlamaCppAdapterFactory()).with(Map.of("exclusive", "true"));
    }
}
