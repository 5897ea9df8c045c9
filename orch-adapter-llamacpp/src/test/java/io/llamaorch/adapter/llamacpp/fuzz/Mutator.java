package io.llamaorch.adapter.llamacpp.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Makes inputs by chance: something that is right, or pieces of it, with a few things done to it. The same random numbers
 * make the same input.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Mutator {

    private static final int LONGEST = 8 * 1024;

    private final List<byte[]> seeds;
    private final List<byte[]> pieces;
    private final List<byte[]> tokens;

    /**
     * Makes a generator.
     *
     * @param seeds whole inputs that are right
     * @param pieces what inputs are put together from
     * @param tokens what is put in, or in the place of something
     */
    public Mutator(List<byte[]> seeds, List<byte[]> pieces, List<byte[]> tokens) {
        this.seeds = List.copyOf(seeds);
        this.pieces = List.copyOf(pieces);
        this.tokens = List.copyOf(tokens);
    }

    public static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** The next input. */
    public byte[] next(Random random) {
        byte[] input = random.nextInt(4) == 0 ? slice(random) : assembled(random);
        for (int i = random.nextInt(5); i > 0; i--) {
            input = changed(input, random);
        }
        return input.length > LONGEST ? Arrays.copyOf(input, LONGEST) : input;
    }

    /** Where the input is cut into reads: rising, the last one at its end. */
    public static int[] reads(int length, Random random) {
        int largest = 1 + random.nextInt(random.nextInt(4) == 0 ? length + 1 : 40);
        int[] ends = new int[length + 1];
        int count = 0;
        for (int at = 0; at < length; count++) {
            at = Math.min(length, at + 1 + random.nextInt(largest));
            ends[count] = at;
        }
        return Arrays.copyOf(ends, count);
    }

    private byte[] slice(Random random) {
        byte[] seed = any(seeds, random);
        int from = random.nextInt(3) == 0 ? random.nextInt(seed.length + 1) : 0;
        return Arrays.copyOfRange(seed, from, Math.min(seed.length, from + random.nextInt(2048)));
    }

    private byte[] assembled(Random random) {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        for (int i = random.nextInt(8); i >= 0; i--) {
            input.writeBytes(any(pieces, random));
        }
        return input.toByteArray();
    }

    private byte[] changed(byte[] input, Random random) {
        int at = random.nextInt(input.length + 1);
        int to = Math.min(input.length, at + random.nextInt(1 + random.nextInt(64)));
        switch (random.nextInt(10)) {
            case 0:
                return at == input.length ? input : with(input, at, (byte) (input[at] ^ 1 << random.nextInt(8)));
            case 1:
                return at == input.length ? input : with(input, at, (byte) random.nextInt());
            case 2:
                return joined(input, at, new byte[0], to);
            case 3:
                return joined(input, at, Arrays.copyOfRange(input, at, to), at);
            case 4:
                return Arrays.copyOf(input, at);
            case 5:
                return joined(input, at, slice(random), to);
            case 6:
                return lines(input, random.nextBoolean() ? "\r" : "\r\n");
            case 7:
                byte[] moved = Arrays.copyOfRange(input, at, to);
                return joined(
                        joined(input, at, new byte[0], to), random.nextInt(input.length - to + at + 1), moved, -1);
            default:
                return joined(input, at, any(tokens, random), random.nextBoolean() ? to : at);
        }
    }

    private static byte[] with(byte[] input, int at, byte value) {
        byte[] changed = input.clone();
        changed[at] = value;
        return changed;
    }

    /** The input up to here, something new, and the input again from there on; below 0 from here on. */
    private static byte[] joined(byte[] input, int at, byte[] middle, int again) {
        int from = again < 0 ? at : again;
        byte[] joined = Arrays.copyOf(input, at + middle.length + input.length - from);
        System.arraycopy(middle, 0, joined, at, middle.length);
        System.arraycopy(input, from, joined, at + middle.length, input.length - from);
        return joined;
    }

    private static byte[] lines(byte[] input, String end) {
        return bytes(new String(input, StandardCharsets.ISO_8859_1).replace("\n", end));
    }

    private static byte[] any(List<byte[]> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
