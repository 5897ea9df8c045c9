package io.llamaorch.adapter.tck.it.conformance;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.NoLeaks;

/** The adapter for llama.cpp on the scripted engine that speaks as the server of 2024. */
@NoLeaks
class LlamaCpp2024ConformanceIT extends AdapterConformance {

    @Override
    public AdapterHarness harness() {
        return AdapterHarness.http(new LlamaCppAdapterFactory(), EngineDialect.LLAMA_CPP_2024);
    }
}
