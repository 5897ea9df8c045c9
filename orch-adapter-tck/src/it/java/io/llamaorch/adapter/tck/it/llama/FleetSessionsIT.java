package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.DrainResult;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conversations on two real servers (DSP-04): each goes where its cache is, and says so when it cannot. */
@NoLeaks
@RealEngine
@Tag("once") // what it tries is the same on every JVM
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetSessionsIT {
    private static final int SLOTS = 4;
    private static final int SESSIONS = 8;
    private static final int ROUNDS = 10;
    private static final int SPOKEN = 8;
    private static final int DRAINED_IN_ROUND = 6;

    /** The start of text is the same for all, and perhaps a byte more. */
    private static final int SHARED_BY_CHANCE = 4;

    @Test
    void sessions_whenTheyGrow_findTheirCache_andMoveOnceWhenTheirReplicaDrains() throws Exception {
        try (Fleet fleet = Fleet.start(
                2, () -> LlamaServer.of(BigramModel.plain()).parallel(SLOTS), replica -> Map.of(), host -> host)) {
            List<Conversation> conversations = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                conversations.add(new Conversation(i));
            }
            LlamaServer drained = fleet.server("r1");
            DrainResult result = null;
            for (int round = 1; round <= ROUNDS; round++) {
                conversations.forEach(one -> one.say(fleet));
                if (round == DRAINED_IN_ROUND) {
                    CompletionStage<DrainResult> drain = fleet.host().unbind(Fleet.POOL, "r1");
                    result = Runs.await(drain);
                }
                fleet.awaitOver(conversations.stream().map(Conversation::latest).toList(), round * SESSIONS);
                conversations.forEach(Conversation::hear);
            }

            assertEquals(0, result.ended());
            List<Conversation> moved = conversations.stream()
                    .filter(one -> one.replica(1).equals("r1"))
                    .toList();
            assertEquals(SLOTS, moved.size());
            for (Conversation one : conversations) {
                assertTurns(one, moved.contains(one) ? DRAINED_IN_ROUND + 1 : 0);
            }
            assertEngine(drained, turns(conversations, "r1"));
            assertEngine(fleet.server("r0"), turns(conversations, "r0"));
            System.out.println("8 sessions of 10 turns on 2 servers: "
                    + conversations.stream()
                            .map(one -> one + " cached " + one.cached())
                            .toList());
        }
    }

    private static void assertTurns(Conversation one, int cold) {
        for (int turn = 1; turn <= ROUNDS; turn++) {
            boolean moves = turn == cold;
            String home = cold > 0 && turn >= cold ? "r0" : one.replica(1);
            assertEquals(home, one.replica(turn), one + " in turn " + turn);
            assertEquals(moves, one.saysCold(turn), one + " in turn " + turn);
            int cached = one.usage(turn).cached().orElseThrow();
            if (turn == 1 || moves) {
                assertTrue(cached <= SHARED_BY_CHANCE, one + " in turn " + turn + ": " + cached);
            } else {
                int before = one.usage(turn - 1).prompt().orElseThrow();
                assertTrue(cached >= before, one + " in turn " + turn + ": " + cached + " of " + before);
            }
        }
    }

    private static List<Usage> turns(List<Conversation> conversations, String replica) {
        List<Usage> turns = new ArrayList<>();
        for (Conversation one : conversations) {
            for (int turn = 1; turn <= ROUNDS; turn++) {
                if (one.replica(turn).equals(replica)) {
                    turns.add(one.usage(turn));
                }
            }
        }
        return turns;
    }

    /** The engine has counted as many turns, and as many tokens that it did and did not have to read. */
    private static void assertEngine(LlamaServer server, List<Usage> turns) throws Exception {
        int prompt =
                turns.stream().mapToInt(usage -> usage.prompt().orElseThrow()).sum();
        int cached =
                turns.stream().mapToInt(usage -> usage.cached().orElseThrow()).sum();
        server.records().awaitOver(turns.size());
        assertEquals(turns.size(), server.records().begun());
        assertEquals(cached, server.metric("prompt_tokens_cached_total"));
        assertEquals(prompt - cached, server.metric("prompt_tokens_total"));
    }

    /** One session, whose every turn repeats all that was said before. */
    private static final class Conversation {
        private final int number;
        private final String name;
        private final List<FleetTask> turns = new ArrayList<>();
        private String said;

        private Conversation(int number) {
            this.number = number;
            name = "session-" + number;
            said = (char) ('A' + number) + " asked for a story one";
        }

        private void say(Fleet fleet) {
            TaskRequest.Builder turn = Runs.greedy(said + " time", SPOKEN).sessionId(name);
            if (turns.isEmpty()) { // as many begin on each server as it has slots, however soon the first ones end
                turn.pin(Pin.toReplica("r" + number % 2));
            }
            turns.add(fleet.submit(turn.build()));
        }

        private void hear() {
            assertEquals(Fleet.story(SPOKEN), latest().text(), latest()::toString);
            said += " time" + latest().text() + ", and asked again another";
        }

        private FleetTask latest() {
            return turns.get(turns.size() - 1);
        }

        private String replica(int turn) {
            return turns.get(turn - 1).replica();
        }

        private boolean saysCold(int turn) {
            return turns.get(turn - 1).started().orElseThrow().details().cacheCold();
        }

        private Usage usage(int turn) {
            return turns.get(turn - 1).usage();
        }

        private List<Integer> cached() {
            return turns.stream()
                    .map(turn -> turn.usage().cached().orElseThrow())
                    .toList();
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
