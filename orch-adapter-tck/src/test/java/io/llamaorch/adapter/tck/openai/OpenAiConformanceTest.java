package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.NoLeaks;

@NoLeaks
class OpenAiConformanceTest extends AdapterConformance {
    @Override
    public AdapterHarness harness() {
        return AdapterHarness.http(new OpenAiAdapterFactory(), EngineDialect.OPENAI);
    }
}
