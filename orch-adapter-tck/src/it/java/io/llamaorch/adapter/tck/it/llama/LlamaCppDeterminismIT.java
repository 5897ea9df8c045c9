package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Levels of determinism and fingerprints on the real engine (DET-02 to 04). */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppDeterminismIT {
    private static final String PROMPT = "Once upon a time";
    private static final List<String> REPLICAS = List.of("r0", "r1");
    private static final int SEEDS = 64;
    private static final int ROUNDS = 2;
    private static final int TOKENS = 16;
    private static final int PRESSING = 3;

    private final AtomicInteger pressed = new AtomicInteger();
    private final AtomicInteger pressing = new AtomicInteger();
    private volatile boolean enough;

    private static AdapterHost host(LlamaServer... servers) {
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(new LlamaCppAdapterFactory());
        AdapterHost host = AdapterHost.builder(registry).build();
        for (int i = 0; i < servers.length; i++) {
            host.bind(ReplicaSpec.builder("llamacpp")
                    .replica(REPLICAS.get(i))
                    .url("" + servers[i].url())
                    .option("exclusive", "true")
                    .build());
        }
        return host;
    }

    private static TaskRequest.Builder seeded(long seed) {
        return TaskRequest.builder(PROMPT)
                .maxTokens(TOKENS)
                .determinism(Determinism.SEEDED)
                .seed(seed);
    }

    private static TokenStream on(AdapterHost host, String replica, TaskRequest.Builder task) {
        return host.submit(
                ReplicaSpec.DEFAULT_POOL, task.pin(Pin.toReplica(replica)).build());
    }

    /** One that comes again whenever it has ended, until it is enough. */
    private void press(AdapterHost host) {
        pressing.incrementAndGet();
        TokenStream stream = host.submit(
                ReplicaSpec.DEFAULT_POOL,
                TaskRequest.builder("The moon").maxTokens(TOKENS).build());
        var unused = stream.collect().whenComplete((text, failure) -> {
            pressed.addAndGet(failure == null ? 1 : 0);
            if (!enough) {
                press(host);
            }
            pressing.decrementAndGet();
        });
    }

    /** The text of a stream, which ran as its level says. */
    private static String text(TokenStream stream) {
        List<TokenEvent> events = Runs.events(stream);
        Map<String, String> entries =
                Runs.end(events).details().fingerprint().orElseThrow().entries();
        assertEquals(
                "SEEDED, slot 0, 0 reused",
                entries.get("level") + ", slot " + entries.get("slot") + ", " + entries.get("cache.reused")
                        + " reused");
        return Runs.text(events);
    }

    @Test
    void seeds_onTwoServersWhileOthersPress_areByteExact() throws Exception {
        try (LlamaServer one = LlamaServer.start(BigramModel.plain());
                LlamaServer other = LlamaServer.start(BigramModel.plain());
                AdapterHost host = host(one, other)) {
            for (int i = 0; i < PRESSING; i++) {
                press(host);
            }
            Map<Long, Set<String>> texts = new LinkedHashMap<>();
            int without = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (long seed = 0; seed < SEEDS; seed++) {
                    int before = pressed.get();
                    List<TokenStream> streams = new ArrayList<>();
                    for (String replica : REPLICAS) {
                        streams.add(on(host, replica, seeded(seed)));
                    }
                    for (TokenStream each : streams) {
                        texts.computeIfAbsent(seed, none -> new HashSet<>()).add(text(each));
                    }
                    without += pressed.get() == before ? 1 : 0;
                }
            }
            enough = true;
            Patience.await("those that press have ended", () -> pressing.get() == 0);

            texts.forEach((seed, same) -> assertEquals(1, same.size(), () -> "seed " + seed + ": " + same));
            Set<String> distinct = new HashSet<>();
            texts.values().forEach(distinct::addAll);
            assertTrue(distinct.size() > 1, () -> distinct.size() + " distinct texts");
            int quiet = without;
            System.out.println("determinism: " + SEEDS + " seeds, " + ROUNDS + " rounds on 2 servers, "
                    + distinct.size() + " distinct texts, " + pressed + " tasks pressed, " + quiet + " times none");
            assertTrue(quiet < SEEDS, () -> "nobody pressed " + quiet + " times of " + ROUNDS * SEEDS);
        }
    }

    /** What is sent says all: the server's own settings and what it did before change nothing. */
    @Test
    void seed_onServersThatWereStartedOtherwise_givesTheSameText() throws Exception {
        try (LlamaServer one = LlamaServer.start(BigramModel.plain());
                LlamaServer other = LlamaServer.start(
                        BigramModel.plain(), "--temp", "0", "--top-k", "1", "--repeat-penalty", "1.9", "--seed", "3");
                AdapterHost host = host(one, other)) {
            assertEquals(text(on(host, "r0", seeded(7))), text(on(host, "r1", seeded(7))));
        }
    }

    private static Fingerprint fingerprint(TokenStream stream) {
        List<TokenEvent> events = new ArrayList<>(Runs.events(stream));
        EndDetails details = Runs.end(events).details();
        return details.fingerprint().orElseThrow();
    }

    @Test
    void fingerprint_ofARun_tellsTheServerAndWhatItWasAsked() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                AdapterHost host = host(server)) {
            Fingerprint seven = fingerprint(on(host, "r0", seeded(7)));
            assertEquals(seven, fingerprint(on(host, "r0", seeded(7))));
            Map<String, String> entries = seven.entries();
            System.out.println("fingerprint: " + entries);
            for (Map.Entry<String, String> expected : Map.of(
                            "model.file", "plain.gguf",
                            "seed", "7",
                            "temperature", "0.8",
                            "context", "2048",
                            "slots", "2",
                            "slot", "0",
                            "cache_prompt", "false",
                            "cache.reused", "0")
                    .entrySet()) {
                assertEquals(expected.getValue(), entries.get(expected.getKey()), expected.getKey());
            }
            assertTrue(entries.containsKey("engine.version") && entries.containsKey("model.parameters"));
        }
    }
}
