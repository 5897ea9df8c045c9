package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.HostHarness;
import java.util.List;

/** CFG: configuration. */
interface ConfigurationRules extends Rules {

    @Rule("CFG-02")
    default void cfg02_wrongOptions_areRefusedTogether() {
        try (Bench bench = open(EngineScript.WELL)) {
            AdapterConfig.Builder config =
                    bench.config().option("no-such-option", "1").option("nor-this-one", "2");
            String refusal = refusal(bench, config.build());
            bench.check(
                    refusal.contains("no-such-option") && refusal.contains("nor-this-one"),
                    "IllegalArgumentException at create that names both unknown options",
                    () -> refusal,
                    "options that nobody knows are ignored, or the first one only is named");
            for (OptionSpec option : bench.factory().descriptor().options()) {
                bench.check(
                        !option.description().isEmpty(),
                        "a description of each declared option",
                        () -> "option '" + option.name() + "' has none",
                        "describedAs is not called for the option");
            }
        }
    }

    private static String refusal(Bench bench, AdapterConfig config) {
        try (WorkerAdapter adapter = bench.factory().create(config)) {
            return "an adapter: " + adapter.getClass().getName();
        } catch (IllegalArgumentException expected) {
            return String.valueOf(expected.getMessage());
        }
    }

    @Rule("CFG-04")
    default void cfg04_create_doesNoInputOrOutput() throws InterruptedException {
        if (harness() instanceof HostHarness) {
            throw new NotTestable("a host looks after what is bound to it from the first moment on");
        }
        try (Bench bench = open(EngineScript.WELL)) {
            Leaks before = Leaks.snapshot();
            WorkerAdapter adapter = bench.create();
            List<String> opened = before.found(Patience.mustNotHappen(), bench.engine()::runsOn);
            adapter.close();
            bench.check(
                    opened.isEmpty()
                            && bench.engine().connectionsOpen() == 0
                            && bench.engine().tasks() == 0,
                    "no connection and no thread after create",
                    () -> bench.engineNow() + "; " + opened,
                    "the engine is asked, or a client started, before the first task");
            bench.engine().always(new ConnectionFault.Refuse());
            try {
                bench.create().close();
            } catch (RuntimeException thrown) {
                throw bench.broken(
                        "an adapter, whether or not its engine can be reached",
                        "create threw " + thrown,
                        "create connects, or asks the engine something");
            }
            bench.engine().well();
            bench.mustEnd(bench.run());
        }
    }
}
