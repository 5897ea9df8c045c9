package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.TestEngine;
import io.llamaorch.adapter.tck.internal.mock.MockHarness;
import java.util.function.UnaryOperator;

/** The harness of the mock adapter, with another adapter made of it. */
final class ChangedHarness implements AdapterHarness {

    private final MockHarness correct = new MockHarness();
    private final UnaryOperator<AdapterFactory> change;
    private EngineScript script = EngineScript.WELL;

    ChangedHarness(UnaryOperator<AdapterFactory> change) {
        this.change = change;
    }

    @Override
    public AdapterFactory factory() {
        return change.apply(new OnScript(script, correct.factory()));
    }

    @Override
    public TestEngine start(EngineScript given) {
        script = given;
        return correct.start(given);
    }

    /** The correct factory, with the script of its engine: for changes that the mock, which has no wire, cannot show. */
    record OnScript(EngineScript script, AdapterFactory correct) implements AdapterFactory {

        @Override
        public String engine() {
            return correct.engine();
        }

        @Override
        public AdapterDescriptor descriptor() {
            return correct.descriptor();
        }

        @Override
        public WorkerAdapter create(AdapterConfig config) {
            return correct.create(config);
        }
    }
}
