package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;

/**
 * What an author gives to have an adapter tested: its factory, and engines that behave as scripted.
 *
 * <p>Thread safety: calls are serial, each test on one thread.
 */
public interface AdapterHarness {

    /** {@return the factory of the adapter under test; called once for each test} */
    AdapterFactory factory();

    /**
     * Starts an engine that behaves as the script says. The kit closes it.
     *
     * @param script how it is to behave
     * @return the engine, which serves already
     * @throws NotTestable if such an engine cannot be had here; the test is skipped with the reason
     */
    TestEngine start(EngineScript script);

    /**
     * The harness of an adapter to an HTTP engine that speaks as llama-server of today does: the kit brings the engine.
     *
     * @param factory the adapter's factory
     * @return the harness
     */
    static AdapterHarness http(AdapterFactory factory) {
        return http(factory, EngineDialect.LLAMA_CPP);
    }

    /**
     * The harness of an adapter to an HTTP engine: the kit brings the engine, which speaks a dialect.
     *
     * @param factory the adapter's factory
     * @param dialect how the engine speaks
     * @return the harness
     */
    static AdapterHarness http(AdapterFactory factory, EngineDialect dialect) {
        return new AdapterHarness() {
            @Override
            public AdapterFactory factory() {
                return factory;
            }

            @Override
            public TestEngine start(EngineScript script) {
                return ScriptedEngine.builder().script(script).dialect(dialect).start();
            }
        };
    }

    /** {@return a task that any engine behind this harness can do: some twelve tokens of text, the same ones each time} */
    default TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").maxTokens(12).temperature(0);
    }
}
