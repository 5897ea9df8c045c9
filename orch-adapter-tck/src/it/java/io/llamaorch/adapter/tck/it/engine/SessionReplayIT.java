package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.it.engine.Conversations.Conversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * DSP-04 against the usual way: the same conversations over the same replicas, once as the host chooses and once pinned by
 * the hash of the session. {@code -Dorch.replay.turns} sets how many turns; the seed is printed, and
 * {@code -Dorch.replay.seed} repeats the conversations.
 */
@NoLeaks
@Tag("once")
@Timeout(300)
class SessionReplayIT {
    private static final long SEED = Long.getLong("orch.replay.seed", System.nanoTime());
    private static final int TURNS = Integer.getInteger("orch.replay.turns", 1_000);
    private static final int REPLICAS = 8;
    private static final int SLOTS = 4;

    /** As many as there are slots: the best choice keeps a cache for each. */
    private static final int CONVERSATIONS = REPLICAS * SLOTS;

    private static final int CALLERS = 20;
    private static final double PROMPT_PACE = 10_000;

    /** What came of one way to choose. */
    private record Outcome(String way, Conversations conversations, List<Integer> tasks) {
        /** The busiest replica's tasks, as a multiple of the mean. */
        double spread() {
            double mean = tasks.stream().mapToInt(Integer::intValue).average().orElseThrow();
            return tasks.stream().mapToInt(Integer::intValue).max().orElseThrow() / mean;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %.1f %% of all prompt tokens cached (%.1f %% were repeated), %d tokens evaluated, busiest replica"
                            + " %.2f of the mean %s, %d conversations",
                    way,
                    100 * conversations.cachedShare(),
                    100 * conversations.repeatedShare(),
                    conversations.evaluated(),
                    spread(),
                    tasks,
                    conversations.begun());
        }
    }

    @Test
    void host_withManyConversations_reusesMoreAndSpreadsBetterThanStickyHashing() throws Exception {
        System.out.println("session replay: " + TURNS + " turns, seed " + SEED);
        Outcome host = replay("host", session -> Optional.empty());
        Outcome hashing = replay("sticky hashing", SessionReplayIT::hashed);
        System.out.println("session replay: " + host);
        System.out.println("session replay: " + hashing);

        String both = host + "; " + hashing + ", seed " + SEED;
        assertTrue(host.conversations().cachedShare() > hashing.conversations().cachedShare(), both);
        assertTrue(host.spread() < hashing.spread(), both);
    }

    private static Optional<Pin> hashed(String session) {
        return Optional.of(Pin.toReplica("r" + Math.floorMod(session.hashCode() * 0x9E3779B9, REPLICAS)));
    }

    private static Outcome replay(String way, Function<String, Optional<Pin>> pin) throws Exception {
        List<ScriptedEngine> engines = new ArrayList<>();
        try (AdapterHost host = AdapterHost.builder(AdapterRegistry.discover())
                .admission(AdmissionPolicy.builder().queueCapacity(CALLERS).build())
                .build()) {
            for (int i = 0; i < REPLICAS; i++) {
                ScriptedEngine engine = ScriptedEngine.builder()
                        .slots(SLOTS)
                        .promptPace(PROMPT_PACE)
                        .start();
                engines.add(engine);
                host.bind(ReplicaSpec.builder("llamacpp")
                        .replica("r" + i)
                        .url(engine.url().toString())
                        .build());
            }
            Patience.await(
                    "all places are known",
                    () -> host.explain(ReplicaSpec.DEFAULT_POOL).replicas().stream()
                            .allMatch(replica -> replica.places().share() == SLOTS));
            Conversations conversations = new Conversations(SEED, TURNS, CONVERSATIONS);
            call(host, conversations, pin);
            return new Outcome(
                    way,
                    conversations,
                    engines.stream().map(ScriptedEngine::tasks).toList());
        } finally {
            engines.forEach(ScriptedEngine::close);
        }
    }

    /** Each caller takes the turn of whoever is next, and waits for its end. */
    private static void call(AdapterHost host, Conversations conversations, Function<String, Optional<Pin>> pin)
            throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch callers = new CountDownLatch(CALLERS);
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(
                    () -> {
                        try {
                            while (conversations.hasMore() && failure.get() == null) {
                                conversations.next().ifPresent(next -> speak(host, next, pin));
                            }
                        } catch (Throwable e) {
                            failure.compareAndSet(null, e);
                        } finally {
                            callers.countDown();
                        }
                    },
                    "caller-" + i);
            caller.start();
        }
        callers.await();
        if (failure.get() != null) {
            throw new AssertionError("a turn failed, seed " + SEED, failure.get());
        }
    }

    private static void speak(AdapterHost host, Conversation conversation, Function<String, Optional<Pin>> pin) {
        List<TokenEvent> events = new ArrayList<>();
        try (TokenStream stream =
                host.submit(ReplicaSpec.DEFAULT_POOL, conversation.turn(pin.apply(conversation.name())))) {
            stream.forEach(events::add);
        }
        conversation.heard(events);
    }
}
