package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.TestEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An engine as scripted and an adapter to it, by a clock that stands; no timer may be left after a test. */
final class MockBench implements AfterEachCallback {

    final ManualTime time = new ManualTime();
    private final MockHarness harness = new MockHarness();
    private final List<AutoCloseable> open = new ArrayList<>();

    TestEngine engine(EngineScript script) {
        TestEngine engine = harness.start(script);
        open.add(engine);
        return engine;
    }

    WorkerAdapter adapter(TestEngine engine, String... options) {
        return create(engine.configure(AdapterConfig.builder()), options);
    }

    WorkerAdapter create(AdapterConfig.Builder config, String... options) {
        config.replica("default", "r0").timeSource(time);
        for (int i = 0; i < options.length; i += 2) {
            config.option(options[i], options[i + 1]);
        }
        WorkerAdapter adapter = harness.factory().create(config.build());
        open.add(0, adapter);
        return adapter;
    }

    TaskRequest task() {
        return harness.task().build();
    }

    static void await(TestEngine engine, BooleanSupplier condition) throws InterruptedException {
        if (!engine.await(condition, Patience.mustHappen())) {
            throw new AssertionError("did not happen at the engine: " + engine.exchange());
        }
    }

    static List<TokenEvent> events(TokenStream stream) {
        List<TokenEvent> events = new ArrayList<>();
        stream.forEach(events::add);
        return events;
    }

    static String text(List<TokenEvent> events) {
        StringBuilder text = new StringBuilder();
        for (TokenEvent event : events) {
            if (event instanceof TokenEvent.Token token) {
                text.append(token.text());
            }
        }
        return text.toString();
    }

    static int pieces(List<TokenEvent> events) {
        return (int) events.stream().filter(TokenEvent.Token.class::isInstance).count();
    }

    static TokenEvent last(List<TokenEvent> events) {
        return events.get(events.size() - 1);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable opened : open) {
            opened.close();
        }
        Patience.await("no timer is left, but " + time.pending(), () -> time.waiting() == 0);
        assertEquals(List.of(), time.pending());
    }
}
