package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The adapter and the real engine over TLS (SEC-02, SEC-03, CAN-05, DET-01). */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppTlsIT {
    private static final String KEY = "the-api-key";
    private static final String PROMPT = "Once upon a time";

    /** Asked more often than once a second, the server is late to notice that a client left. */
    private static final Duration SLOT_PAUSE = Duration.ofMillis(1300);

    private static SelfSigned identity;
    private static LlamaServer server;

    @BeforeAll
    static void start() throws Exception {
        identity = SelfSigned.create();
        server = LlamaServer.of(BigramModel.slowPrompt())
                .apiKey(KEY)
                .tls(identity.key(), identity.certificate())
                .start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static WorkerAdapter trusting(String url) {
        return adapter(config(url).option("trust-store", identity.certificate().toString()));
    }

    private static AdapterConfig.Builder config(String url) {
        return AdapterConfig.builder().replica("default", "r0").url(url).token(Secret.of(KEY));
    }

    private static WorkerAdapter adapter(AdapterConfig.Builder config) {
        return new LlamaCppAdapterFactory().create(config.build());
    }

    @Test
    void greedyTask_overTls_givesTheEnginesOwnText() throws Exception {
        try (WorkerAdapter adapter = trusting(server.url().toString())) {
            String first =
                    Runs.text(Runs.events(adapter.submit(Runs.greedy(PROMPT, 6).build())));
            String second =
                    Runs.text(Runs.events(adapter.submit(Runs.greedy(PROMPT, 6).build())));

            assertEquals(Runs.twin(server, PROMPT, 6), first);
            assertEquals(first, second);
        }
    }

    @Test
    void healthAndProperties_overTls_areRead() throws Exception {
        try (WorkerAdapter adapter = trusting(server.url().toString())) {
            WorkerHealth health = Runs.await(adapter.health());
            assertEquals(WorkerHealth.Status.HEALTHY, health.status(), health.reason());
            assertEquals(2, Runs.await(adapter.properties()).slots().orElse(0));
        }
    }

    @Test
    void cancel_overTlsWhenTokensFlow_freesTheSlot() throws Exception {
        try (WorkerAdapter adapter = trusting(server.url().toString());
                TokenStream stream = adapter.submit(TaskRequest.builder(PROMPT)
                        .maxTokens(1900)
                        .temperature(0)
                        .build())) {
            Iterator<TokenEvent> events = stream.iterator();
            while (!(events.next() instanceof TokenEvent.Token)) {
                assertTrue(events.hasNext(), "the stream ended before its first token");
            }

            stream.cancel();

            assertTrue(Await.holds(Duration.ofSeconds(20), SLOT_PAUSE, LlamaCppTlsIT::isIdle), server::log);
        }
    }

    @Test
    void serverThatIsNotTrusted_failsStreamAndHealthWithTheReason() {
        try (WorkerAdapter adapter = adapter(config(server.url().toString()))) {
            WorkerError error =
                    Runs.error(adapter.submit(Runs.greedy(PROMPT, 1).build())).error();
            assertEquals(ErrorCode.POOL_UNAVAILABLE, error.code());
            assertTrue(error.message().contains("signed by itself and not trusted"), error.message());
            assertFalse(error.message().contains(KEY), error.message());

            WorkerHealth health = Runs.await(adapter.health());
            assertEquals(WorkerHealth.Status.UNHEALTHY, health.status());
            assertTrue(health.reason().contains("'trust-store'"), health.reason());
        }
    }

    @Test
    void plainUrl_toAServerThatSpeaksTls_failsAndTellsNoKey() {
        try (WorkerAdapter adapter = adapter(config(server.url().toString().replace("https", "http")))) {
            WorkerError error =
                    Runs.error(adapter.submit(Runs.greedy(PROMPT, 1).build())).error();
            assertTrue(List.of(ErrorCode.WORKER_RESET, ErrorCode.PROTOCOL).contains(error.code()), error.message());
            assertFalse(error.message().contains(KEY), error.message());
        }
    }

    private static boolean isIdle() {
        try {
            return server.idleSlots() == 2;
        } catch (IOException e) {
            return false;
        }
    }
}
