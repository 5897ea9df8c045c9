package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server that has all that it can do, and more, is ready at every probe (HLT-02, HLT-03). Its health is its own only as
 * long as a thread is left to tell it: after a burst it may say nothing for seconds, and is busy then.
 */
@NoLeaks
@RealEngine
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LlamaCppSaturationIT {
    private static final String PROMPT = "Once upon a time";

    /** A tenth of what is usual, so that a server that says nothing for a while is met with. */
    private static final String HEALTH_TIMEOUT = "500ms";

    private static WorkerAdapter adapter(LlamaServer server) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .url(server.url().toString())
                        .option("health-timeout", HEALTH_TIMEOUT)
                        .build());
    }

    @Test
    void server_whenAllSlotsEvaluateLongPromptsAndMoreWait_staysReady() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.slowPrompt()).parallel(2).start();
                WorkerAdapter adapter = adapter(server)) {
            assertReadyAllTheWhile(server, adapter, 2, 4, Runs.greedy((PROMPT + " ").repeat(10), 5));
        }
    }

    /** More streams at once than the server has threads for. */
    @Test
    void server_whenABurstOfStreamsComes_staysReady() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.plain()).parallel(4).start();
                WorkerAdapter adapter = adapter(server)) {
            assertReadyAllTheWhile(server, adapter, 4, 200, Runs.greedy(PROMPT, 20));
        }
    }

    /** Probes from when all slots are taken until the last stream has ended. */
    private static void assertReadyAllTheWhile(
            LlamaServer server, WorkerAdapter adapter, int slots, int count, TaskRequest.Builder task)
            throws Exception {
        CountDownLatch taken = new CountDownLatch(slots);
        CountDownLatch left = new CountDownLatch(count);
        List<TokenStream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TokenStream stream = adapter.submit(task.jobId("job-" + i).build());
            stream.subscribe(new Watch(taken, left));
            streams.add(stream);
        }
        Patience.await(taken);
        Map<String, Integer> verdicts = new TreeMap<>();
        List<WorkerHealth> unready = new ArrayList<>();
        boolean over = Await.holds(Runs.MUST_HAPPEN, () -> {
            WorkerHealth health = Runs.await(adapter.health());
            verdicts.merge(health.toString(), 1, Integer::sum);
            if (!health.ready()) {
                unready.add(health);
            }
            return left.getCount() == 0;
        });
        System.out.println("probes of a saturated server: " + verdicts);
        assertTrue(over, server::log);
        assertEquals(List.of(), unready, server::log);
        for (TokenStream stream : streams) {
            TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, Runs.await(stream.outcome()));
            assertEquals(StopReason.LIMIT, end.reason(), "no probe costs a stream anything");
        }
    }

    /** Takes everything, and tells when a stream has its slot and when it is over. */
    private record Watch(CountDownLatch taken, CountDownLatch left) implements NonBlockingSubscriber {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TokenEvent event) {
            if (event instanceof TokenEvent.Started) {
                taken.countDown();
            }
        }

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {
            left.countDown();
        }
    }
}
