package io.llamaorch.adapter.tck.it.conformance;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.Map;

/** A host of adapters for llama.cpp: the rules that bind adapters, on the streams that a host delivers. */
@NoLeaks
class HostConformanceIT extends AdapterConformance {

    @Override
    public AdapterHarness harness() {
        return AdapterHarness.http(new LlamaCppAdapterFactory())
                .with(Map.of("exclusive", "true"))
                .hosted();
    }
}
