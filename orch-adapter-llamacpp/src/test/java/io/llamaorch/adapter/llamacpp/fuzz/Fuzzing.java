package io.llamaorch.adapter.llamacpp.fuzz;

import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * How many inputs are tried, and from which seed: {@code -Dorch.fuzz.inputs=…} and {@code -Dorch.fuzz.seed=…}. Without
 * them a few, and the day's seed, so that the gate tries new ones each day and all runs of one day are alike.
 */
public final class Fuzzing {

    /** Tries one input. */
    public interface Trial {
        void run(byte[] input, Random random);
    }

    private static final int LONGEST_SHOWN = 4096;

    private Fuzzing() {}

    /** Tries inputs; each has a seed of its own, which a failure tells. */
    public static void run(String what, int usually, Mutator mutator, Trial trial) {
        long seed = Long.getLong("orch.fuzz.seed", 20_261_126);
        long inputs = Long.getLong("orch.fuzz.inputs", usually);
        long bytes = 0;
        long begun = System.nanoTime();
        for (long i = 0; i < inputs; i++) {
            Random random = new Random(seed + i);
            byte[] input = mutator.next(random);
            bytes += input.length;
            try {
                trial.run(input, random);
            } catch (RuntimeException | Error e) {
                fail(
                        what + ": -Dorch.fuzz.seed=" + (seed + i) + " -Dorch.fuzz.inputs=1: " + e + "\n" + shown(input),
                        e);
            }
        }
        System.out.printf(
                "%s: %d inputs, %d bytes, seed %d, %d ms%n",
                what, inputs, bytes, seed, (System.nanoTime() - begun) / 1_000_000);
    }

    /** The bytes as they can be written in a test. */
    static String shown(byte[] input) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(input, StandardCharsets.ISO_8859_1).toCharArray()) {
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '"', '\\' -> text.append('\\').append(c);
                default -> text.append(c >= ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            }
        }
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text.toString();
    }
}
