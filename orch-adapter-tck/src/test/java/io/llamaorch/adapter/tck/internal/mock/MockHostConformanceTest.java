package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.NoLeaks;

/** A host of mocks: the rules that bind adapters, on the streams that a host delivers. */
@NoLeaks
class MockHostConformanceTest extends AdapterConformance {

    private final AdapterHarness harness = new MockHarness().hosted();

    @Override
    public AdapterHarness harness() {
        return harness;
    }
}
