package io.llamaorch.adapter.tck.it.engine;

import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Conversations of very different lengths, some of which go on at once, each turn with all that was said before: what many
 * people do with a chat at the same time.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Conversations {
    private static final int LONGEST = 60;
    private static final int ANSWER = 8;
    private static final int WORDS = 12;
    private static final List<String> VOCABULARY =
            List.of("the", "small", "llama", "went", "over", "hill", "and", "saw");

    private final SplittableRandom random;
    private final int turns;
    private final int atOnce;
    private final List<Conversation> idle = new ArrayList<>();
    private int begun;
    private int taken;
    private int open;
    private long prompt;
    private long cached;
    private long repeated;

    /** So many turns in all, of so many conversations at once. */
    Conversations(long seed, int turns, int atOnce) {
        this.random = new SplittableRandom(seed);
        this.turns = turns;
        this.atOnce = atOnce;
    }

    /** One conversation; it has one turn under way at most. */
    final class Conversation {
        private final String name = "s" + begun;
        private final StringBuilder said = new StringBuilder("You are talking to guest " + begun + " :");
        private int left;
        private int before;

        private Conversation(int left) {
            this.left = left;
        }

        String name() {
            return name;
        }

        TaskRequest turn(Optional<Pin> pin) {
            TaskRequest.Builder task = TaskRequest.builder(said.toString())
                    .sessionId(name)
                    .temperature(0)
                    .maxTokens(ANSWER)
                    .extra("ignore_eos", true);
            pin.ifPresent(task::pin);
            return task.build();
        }

        void heard(List<TokenEvent> events) {
            events.forEach(event -> {
                if (event instanceof TokenEvent.Token token) {
                    said.append(token.text());
                }
            });
            over(this, ((TokenEvent.End) events.get(events.size() - 1)).usage());
        }

        private void speak() {
            for (int i = 0; i < WORDS; i++) {
                said.append(' ').append(VOCABULARY.get(random.nextInt(VOCABULARY.size())));
            }
        }
    }

    /** The next to speak; empty if all that go on now have a turn under way, or all turns were taken. */
    synchronized Optional<Conversation> next() {
        if (taken == turns) {
            return Optional.empty();
        }
        while (open < atOnce) {
            open++;
            begun++;
            // most are short, and a few have most of the turns
            double share = random.nextDouble();
            idle.add(new Conversation(1 + (int) (LONGEST * share * share * share)));
        }
        if (idle.isEmpty()) {
            return Optional.empty();
        }
        taken++;
        Conversation next = idle.remove(random.nextInt(idle.size()));
        next.speak();
        return Optional.of(next);
    }

    private synchronized void over(Conversation conversation, Usage usage) {
        int tokens = usage.prompt().orElseThrow();
        prompt += tokens;
        cached += usage.cached().orElseThrow();
        repeated += conversation.before;
        conversation.before = tokens;
        if (--conversation.left > 0) {
            idle.add(conversation);
        } else {
            open--;
        }
    }

    synchronized boolean hasMore() {
        return taken < turns;
    }

    synchronized int begun() {
        return begun;
    }

    /** The share of all prompts' tokens that came from a cache. */
    synchronized double cachedShare() {
        return (double) cached / prompt;
    }

    /** The share that was in the prompt before: what the best caches could have given, the answers aside. */
    synchronized double repeatedShare() {
        return (double) repeated / prompt;
    }

    synchronized long evaluated() {
        return prompt - cached;
    }
}
