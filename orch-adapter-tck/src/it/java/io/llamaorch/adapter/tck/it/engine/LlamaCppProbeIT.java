package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Health checks and readings of the properties do nothing to an engine, however many there are (HLT-02, HLT-06): what
 * each of them is allowed to ask is counted there, and so is everything that must not happen. {@code -Dorch.probes} sets
 * how many there are; 10,000 are run by hand.
 */
@NoLeaks
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LlamaCppProbeIT {
    private static final int PROBES = Integer.getInteger("orch.probes", 200);

    /** How many are under way at a time: more than any host has for one engine. */
    private static final int AT_ONCE = 8;

    private static final int SLOTS = 2;
    private static final int TOKENS = 40;
    private static final List<String> COSTLY =
            List.of("/slots", "/completions", "/v1/completions", "/v1/chat/completions", "/tokenize", "/metrics");
    private static final List<String> COUNTERS =
            List.of("llamacpp:prompt_tokens_total", "llamacpp:tokens_predicted_total", "llamacpp:n_decode_total");

    private final ManualTime time = new ManualTime();
    private final long begun = System.nanoTime();
    private ScriptedEngine engine;
    private WorkerAdapter adapter;
    private String name;
    private int probes;

    private record Probe(CompletionStage<WorkerHealth> health, CompletionStage<WorkerProperties> properties) {}

    @BeforeEach
    void take(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
    }

    private void start(ScriptedEngine.Builder builder) {
        engine = builder.slots(SLOTS).start();
        adapter = new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .url(engine.url().toString())
                        .timeSource(time)
                        .build());
    }

    @AfterEach
    void close() {
        adapter.close();
        engine.close();
        System.out.printf(Locale.ROOT, "%s: %d probes in %.1f s%n", name, probes, (System.nanoTime() - begun) / 1e9);
    }

    /** Probes so many times. Each time the engine must be ready, and have so many free slots. */
    private void probe(int times, int freeSlots) throws Exception {
        Deque<Probe> underWay = new ArrayDeque<>();
        for (int i = 0; i < times + AT_ONCE; i++) {
            if (underWay.size() == AT_ONCE || i >= times) {
                Probe oldest = underWay.poll();
                if (oldest == null) {
                    break;
                }
                WorkerHealth health = Patience.get(oldest.health());
                assertEquals(WorkerHealth.Status.HEALTHY, health.status(), health.reason());
                assertTrue(health.ready(), health.reason());
                WorkerProperties properties = Patience.get(oldest.properties());
                assertEquals(OptionalInt.of(SLOTS), properties.slots());
                assertEquals(OptionalInt.of(freeSlots), properties.freeSlots());
            }
            if (i < times) {
                underWay.add(new Probe(adapter.health(), adapter.properties()));
                probes++;
            }
        }
    }

    /** The engine was asked for its health and its properties, and else for its tasks only; no connection is left. */
    private void assertAskedNothingElse(int completions, int askedForThem) throws Exception {
        assertEquals(probes, engine.requests("/health"));
        assertEquals(2 * probes + askedForThem, engine.requests("/props"));
        for (String path : COSTLY) {
            assertEquals(0, engine.requests(path), path);
        }
        assertEquals(completions, engine.requests("/completion"));
        assertEquals(completions, engine.tasks());
        await("connections are left", now -> now.connectionsOpen() == completions);
    }

    private void await(String otherwise, Predicate<ScriptedEngine> condition) throws Exception {
        assertTrue(engine.await(condition, Patience.mustHappen()), otherwise);
    }

    private void assertNothingWasDone() throws Exception {
        assertEquals(0, engine.wakeUps());
        assertEquals(0, engine.slotsTaken());
        assertEquals(0, engine.tokensGenerated());
        assertAskedNothingElse(0, 0);
        assertEquals(List.of(), time.pending());
        assertEquals(List.of("0", "0", "0"), counters(engine));
    }

    @Test
    void engine_thatIsIdle_staysAsItIs() throws Exception {
        start(ScriptedEngine.builder());
        probe(PROBES, SLOTS);
        assertNothingWasDone();
    }

    @Test
    void engine_thatSleeps_sleepsOn() throws Exception {
        start(ScriptedEngine.builder().sleeping(true));
        probe(PROBES, SLOTS);
        assertNothingWasDone();
        assertTrue(get(engine, "/props").contains("\"is_sleeping\":true"), "it sleeps");
    }

    /** Its streams stand between two tokens, then go on, probed all the while, and say what they say without probes. */
    @Test
    void engine_thatIsBusy_worksOnUndisturbed() throws Exception {
        start(ScriptedEngine.builder().stepped(true));
        List<TokenStream> streams = new ArrayList<>();
        List<Iterator<TokenEvent>> events = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            streams.add(adapter.submit(task("running-" + i)));
            events.add(streams.get(i).iterator());
            assertInstanceOf(TokenEvent.Started.class, events.get(i).next());
        }
        TokenStream waiting = adapter.submit(task("waiting"));
        await("nothing waits for a slot", now -> now.tasksQueued() == 1);
        int asked = engine.requests("/props"); // for the version, beside the first task

        int part = PROBES / 4;
        for (int released = 0; released < 3; released++) {
            probe(part, 0);
            assertEquals(released, engine.tokensGenerated(), "a stream went on by itself");
            engine.release(1);
            int tokens = released + 1;
            await("no stream goes on", now -> now.tokensGenerated() == tokens);
        }
        probe(PROBES - 3 * part, 0);
        assertEquals(SLOTS, engine.slotsTaken());
        assertEquals(SLOTS, engine.slotsBusy());
        assertEquals(1, engine.tasksQueued());
        assertEquals(0, engine.clientsLeft());
        assertAskedNothingElse(SLOTS + 1, asked);

        engine.release(10 * TOKENS);
        List<String> texts = new ArrayList<>();
        for (Iterator<TokenEvent> stream : events) {
            texts.add(rest(stream));
        }
        texts.add(rest(waiting.iterator()));
        try (ScriptedEngine twin = ScriptedEngine.builder().slots(SLOTS).start()) {
            List<String> undisturbed = undisturbed(twin);
            assertEquals(undisturbed, texts);
            assertEquals(counters(twin), counters(engine), "tokens evaluated, generated, and batches");
        }
    }

    private static TaskRequest task(String job) {
        return TaskRequest.builder("Once upon a time, said " + job)
                .jobId(job)
                .maxTokens(TOKENS)
                .temperature(0)
                .extra("ignore_eos", true)
                .extra("cache_prompt", false)
                .build();
    }

    private static String rest(Iterator<TokenEvent> events) {
        StringBuilder text = new StringBuilder();
        TokenEvent last = null;
        while (events.hasNext()) {
            last = events.next();
            text.append(last instanceof TokenEvent.Token token ? token.text() : "");
        }
        assertEquals(
                StopReason.LIMIT, assertInstanceOf(TokenEvent.End.class, last).reason());
        return text.toString();
    }

    /** The same tasks on an engine that nobody probes. */
    private static List<String> undisturbed(ScriptedEngine twin) {
        List<String> texts = new ArrayList<>();
        try (WorkerAdapter other = new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder().url(twin.url().toString()).build())) {
            for (String job : List.of("running-0", "running-1", "waiting")) {
                texts.add(rest(other.submit(task(job)).iterator()));
            }
        }
        return texts;
    }

    private static List<String> counters(ScriptedEngine engine) throws IOException {
        List<String> lines = get(engine, "/metrics").lines().toList();
        return COUNTERS.stream()
                .map(counter -> lines.stream()
                        .filter(line -> line.startsWith(counter + " "))
                        .map(line -> line.substring(counter.length() + 1))
                        .findAny()
                        .orElse("no " + counter))
                .toList();
    }

    private static String get(ScriptedEngine engine, String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", engine.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
