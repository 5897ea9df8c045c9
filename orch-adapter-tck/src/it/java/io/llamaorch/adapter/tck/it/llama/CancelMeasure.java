package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Measures how soon the real engine frees the slot of a cancelled job, phase by phase, and prints a Markdown table. It is
 * no part of a build, as its name is no test's; it runs a quarter of an hour, by hand:
 *
 * <pre>{@code
 * LLAMA_SERVER=$(.ci/llama-server) mvn -B -ntp verify -pl orch-adapter-tck -am -Dtest=NONE -Dit.test=CancelMeasure \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false -Dorch.measure.cancels=100 \
 *     -Dorch.time-factor=5
 * }</pre>
 */
@NoLeaks
@RealEngine
@Timeout(value = 1, unit = TimeUnit.HOURS)
class CancelMeasure {
    private static final int CANCELS = Integer.getInteger("orch.measure.cancels", 100);
    private static final int SLOTS = 4;

    /** So long after a look the next one comes as soon as its job wants it. */
    private static final Duration APART = Duration.ofMillis(1300);

    /** So long after a first token the adapter has read ahead as much as it may. */
    private static final Duration UNTIL_IT_RESTS = Duration.ofMillis(1500);

    private static final TaskRequest SHORT_PROMPT = TaskRequest.builder("Once upon a time")
            .maxTokens(1900)
            .temperature(0)
            .build();
    private static final TaskRequest LONG_PROMPT =
            TaskRequest.builder("word ".repeat(270)).maxTokens(10).build();

    private final List<String> rows = new ArrayList<>();
    private int jobs;

    @Test
    void measure() throws Exception {
        connecting();
        try (LlamaServer server = server();
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            flowing("tokens flow", adapter, 1, Duration.ZERO, APART);
            flowing("nothing has been requested for a while", adapter, 1, UNTIL_IT_RESTS, APART);
            flowing("tokens flow, the next job at once", adapter, 1, Duration.ZERO, Duration.ZERO);
            flowing("tokens flow, four jobs at a time", adapter, SLOTS, Duration.ZERO, Duration.ZERO);
            prompt("the prompt is evaluated", adapter, CANCELS);
            TokenStream speaks = accepted(adapter, SHORT_PROMPT, 2);
            prompt("the prompt is evaluated while another job's tokens flow", adapter, CANCELS / 10);
            speaks.close();
        }
        try (LlamaServer server = server();
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            List<TokenStream> busy = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                busy.add(accepted(adapter, SHORT_PROMPT, 2));
            }
            queued("queued behind jobs whose tokens flow", adapter);
            busy.forEach(TokenStream::close);
        }
        System.out.println("| cancelled while | cancels | SLOT_FREE | p50 | p99 | longest | UNCONFIRMED |");
        System.out.println("|---|---|---|---|---|---|---|");
        rows.forEach(System.out::println);
    }

    private static LlamaServer server() throws Exception {
        return LlamaServer.of(BigramModel.slowPrompt())
                .parallel(SLOTS)
                .arguments("-b", "64", "--threads-http", "128")
                .start();
    }

    private void connecting() throws Exception {
        try (FullPort port = new FullPort();
                WorkerAdapter adapter = Runs.adapter(port.url())) {
            List<CompletionStage<CancelReceipt>> settled = new ArrayList<>();
            for (int i = 0; i < CANCELS; i++) {
                settled.add(adapter.submit(named(SHORT_PROMPT)).cancel().settled());
            }
            report("connecting", settled);
        }
    }

    private void flowing(String phase, WorkerAdapter adapter, int atOnce, Duration before, Duration apart)
            throws Exception {
        List<CompletionStage<CancelReceipt>> settled = new ArrayList<>();
        while (settled.size() < CANCELS) {
            List<TokenStream> wave = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                wave.add(accepted(adapter, SHORT_PROMPT, 2));
            }
            LockSupport.parkNanos(before.toNanos());
            for (TokenStream stream : wave) {
                settled.add(stream.cancel().settled());
            }
            settled.forEach(Runs::await);
            LockSupport.parkNanos(apart.toNanos());
        }
        report(phase, settled);
    }

    /** One after another, as the engine takes up one prompt at a time. */
    private void prompt(String phase, WorkerAdapter adapter, int cancels) throws Exception {
        List<CompletionStage<CancelReceipt>> settled = new ArrayList<>();
        for (int i = 0; i < cancels; i++) {
            settled.add(accepted(adapter, LONG_PROMPT, 1).cancel().settled());
            settled.forEach(Runs::await);
        }
        report(phase, settled);
    }

    private void queued(String phase, WorkerAdapter adapter) throws Exception {
        List<TokenStream> queued = new ArrayList<>();
        for (int i = 0; i < CANCELS; i++) {
            queued.add(adapter.submit(named(SHORT_PROMPT)));
        }
        LockSupport.parkNanos(APART.toNanos()); // until all of them have been sent
        List<CompletionStage<CancelReceipt>> settled = new ArrayList<>();
        for (TokenStream stream : queued) {
            settled.add(stream.cancel().settled());
        }
        report(phase, settled);
    }

    private TaskRequest named(TaskRequest task) {
        return task.toBuilder().jobId("job-" + jobs++).build();
    }

    /** A job of which so many events have come; it asks for no more. */
    private TokenStream accepted(WorkerAdapter adapter, TaskRequest task, int events) throws Exception {
        FirstEvents first = new FirstEvents(events);
        TokenStream stream = adapter.submit(named(task));
        stream.subscribe(first);
        first.await();
        return stream;
    }

    private void report(String phase, List<CompletionStage<CancelReceipt>> settled) {
        List<Duration> free = new ArrayList<>();
        Map<String, Integer> reasons = new TreeMap<>();
        for (CompletionStage<CancelReceipt> stage : settled) {
            CancelReceipt receipt = Runs.await(stage);
            receipt.took().ifPresentOrElse(free::add, () -> reasons.merge(receipt.reason(), 1, Integer::sum));
        }
        free.sort(null);
        int unconfirmed = settled.size() - free.size();
        String row = "| " + phase + " | " + settled.size() + " | " + free.size() + " | " + percentile(free, 50) + " | "
                + percentile(free, 99) + " | " + percentile(free, 100) + " | " + 100 * unconfirmed / settled.size()
                + " % " + (reasons.isEmpty() ? "" : reasons) + " |";
        rows.add(row);
        System.out.println(row); // at once, for those who wait
    }

    private static String percentile(List<Duration> sorted, int percent) {
        return sorted.isEmpty()
                ? "–"
                : sorted.get((sorted.size() - 1) * percent / 100).toMillis() + " ms";
    }
}
