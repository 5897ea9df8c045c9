package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A whole answer, made up beforehand: the same prompt, seed and limits give the same one, in every process.
 *
 * @param pieces the tokens
 * @param reason why it ends
 * @param stopString the stop string that ended it, else empty
 */
record MockText(List<String> pieces, StopReason reason, String stopString) {

    private static final List<String> WORDS = List.of(
            "the",
            "a",
            "llama",
            "mountain",
            "river",
            "seven",
            "café",
            "quietly",
            "walks",
            "sings",
            "above",
            "and",
            "then",
            "naïve",
            "snow",
            "remembers",
            "nobody",
            "tomorrow",
            "🦙",
            "blue",
            "dances",
            "over",
            "stones",
            "so");

    static MockText tell(String prompt, TaskRequest task, int length) {
        int limit = task.maxTokens().orElse(Integer.MAX_VALUE);
        List<String> pieces =
                words(new Random(31L * prompt.hashCode() + seed(task.sampling())), Math.min(length, limit));
        StopReason reason = limit <= length ? StopReason.LIMIT : StopReason.END_OF_TEXT;
        return new MockText(pieces, reason, "").stoppedAt(task.sampling().stop());
    }

    /** At temperature 0 there is no choice that a seed could steer. */
    private static long seed(Sampling sampling) {
        return sampling.temperature().orElse(1) == 0 ? 0 : sampling.seed().orElse(0);
    }

    private static List<String> words(Random random, int count) {
        List<String> pieces = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            pieces.add(" " + WORDS.get(random.nextInt(WORDS.size())));
        }
        return List.copyOf(pieces);
    }

    private MockText stoppedAt(List<String> stops) {
        String whole = String.join("", pieces);
        int end = whole.length();
        String found = "";
        for (String stop : stops) {
            int at = whole.indexOf(stop);
            if (at >= 0 && at < end) {
                end = at;
                found = stop;
            }
        }
        return found.isEmpty() ? this : new MockText(upTo(end), StopReason.STOP_STRING, found);
    }

    private List<String> upTo(int end) {
        List<String> kept = new ArrayList<>();
        int room = end;
        for (String piece : pieces) {
            if (room == 0) {
                break;
            }
            kept.add(piece.substring(0, Math.min(room, piece.length())));
            room -= kept.get(kept.size() - 1).length();
        }
        return List.copyOf(kept);
    }
}
