package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test its adapters and engines and closes them. Then no I/O thread may live any more, no socket or selector be
 * open, and no timer wait (LIF-04).
 */
final class AdapterFixture implements AfterEachCallback {

    private final ManualTime time = new ManualTime();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final LlamaCppAdapterFactory factory = new LlamaCppAdapterFactory();

    ManualTime time() {
        return time;
    }

    LlamaCppAdapterFactory factory() {
        return factory;
    }

    FakeEngine engine() throws IOException {
        return closing(new FakeEngine());
    }

    AdapterConfig.Builder config(String url) {
        return AdapterConfig.builder().url(url).replica("pool", "r0").timeSource(time);
    }

    WorkerAdapter adapter(AdapterConfig.Builder config) {
        return closing(factory.create(config.build()));
    }

    WorkerAdapter adapter(FakeEngine engine) {
        return adapter(config(engine.url()));
    }

    /** Closes this at the end, the last one first. */
    <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    static TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").jobId("job-1");
    }

    static List<TokenEvent> events(TokenStream stream) {
        List<TokenEvent> events = new ArrayList<>();
        stream.forEach(events::add);
        return events;
    }

    static String text(List<TokenEvent> events) {
        return events.stream()
                .filter(TokenEvent.Token.class::isInstance)
                .map(event -> ((TokenEvent.Token) event).text())
                .collect(Collectors.joining());
    }

    /** The error that the stream ends with. */
    static WorkerError error(TokenStream stream) throws Exception {
        TokenEvent.Terminal terminal = Patience.get(stream.outcome());
        if (terminal instanceof TokenEvent.Error failed) {
            return failed.error();
        }
        throw new AssertionError("no error but " + terminal);
    }

    static WorkerError assertError(ErrorCode code, TokenStream stream) throws Exception {
        WorkerError error = error(stream);
        assertEquals(code, error.code(), error.message());
        assertEquals("llamacpp", error.engine());
        assertEquals("r0", error.replica());
        return error;
    }

    static TokenEvent.End end(TokenStream stream) throws Exception {
        TokenEvent.Terminal terminal = Patience.get(stream.outcome());
        if (terminal instanceof TokenEvent.End end) {
            return end;
        }
        throw new AssertionError("no end but " + terminal);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("llamacpp-"))
                .toList();
    }
}
