package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.NoLeaks;

@NoLeaks
class MockConformanceTest extends AdapterConformance {

    @Override
    public AdapterHarness harness() {
        return new MockHarness();
    }
}
