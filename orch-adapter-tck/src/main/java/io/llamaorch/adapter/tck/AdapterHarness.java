package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.internal.kit.HostHarness;
import io.llamaorch.adapter.tck.internal.kit.OptionedHarness;
import java.util.Map;

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
                if (script.answer().isPresent() && dialect == EngineDialect.LLAMA_CPP_2024) {
                    throw new NotTestable("servers of 2024 tell neither reasoning nor calls of tools apart from text");
                }
                return ScriptedEngine.builder().script(script).dialect(dialect).start();
            }
        };
    }

    /**
     * Puts a host between the tests and the adapter: what they ask of an adapter they then ask of a host that the adapter
     * is bound to, with streams that the host delivers.
     *
     * @return the harness of the host
     */
    default AdapterHarness hosted() {
        return new HostHarness(this);
    }

    /**
     * Gives the adapters options beside what the kit gives them: to test what an adapter does only where it is told that
     * it may.
     *
     * @param options name to value
     * @return the same harness, with adapters that have them
     */
    default AdapterHarness with(Map<String, String> options) {
        return new OptionedHarness(this, Map.copyOf(options));
    }

    /** {@return a task that any engine behind this harness can do: some twelve tokens of text, the same ones each time} */
    default TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").maxTokens(12).temperature(0);
    }
}
