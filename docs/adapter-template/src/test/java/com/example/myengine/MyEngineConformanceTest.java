package com.example.myengine;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.NoLeaks;

@NoLeaks
class MyEngineConformanceTest extends AdapterConformance {
    @Override
    public AdapterHarness harness() {
        return AdapterHarness.http(new MyEngineAdapterFactory(), EngineDialect.OPENAI);
    }
}
