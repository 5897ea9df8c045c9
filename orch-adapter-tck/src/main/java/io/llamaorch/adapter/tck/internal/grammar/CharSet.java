package io.llamaorch.adapter.tck.internal.grammar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * A set of characters (code points), as ranges in ascending order that do not touch. The character 0 and halves of
 * surrogate pairs are in no set.
 *
 * <p>Thread safety: immutable.
 */
public final class CharSet {
    /** What people like to read, the likeliest first. */
    private static final String READABLE =
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + " _-.,:;!?+*/=@#$%&|~^'\"`()[]{}<>\\";

    private static final List<Range> ALL = List.of(
            new Range(1, Character.MIN_SURROGATE - 1),
            new Range(Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT));

    private final List<Range> ranges;

    private CharSet(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /** From one character to another, both included. */
    public record Range(int from, int to) {}

    /** The characters of some ranges, in any order. */
    public static CharSet of(List<Range> ranges) {
        List<Range> sorted = new ArrayList<>(ranges);
        sorted.removeIf(range -> range.from() > range.to());
        sorted.sort(Comparator.comparingInt(Range::from));
        List<Range> joined = new ArrayList<>();
        for (Range range : sorted) {
            Range last = joined.isEmpty() ? new Range(-2, -2) : joined.get(joined.size() - 1);
            if (range.from() > last.to() + 1) {
                joined.add(range);
            } else {
                joined.set(joined.size() - 1, new Range(last.from(), Math.max(last.to(), range.to())));
            }
        }
        return new CharSet(common(joined, ALL));
    }

    /** The characters of a text. */
    public static CharSet of(String characters) {
        return of(characters.codePoints().mapToObj(c -> new Range(c, c)).toList());
    }

    /** All other characters. */
    public CharSet complement() {
        List<Range> others = new ArrayList<>();
        int next = 0;
        for (Range range : ranges) {
            others.add(new Range(next, range.from() - 1));
            next = range.to() + 1;
        }
        others.add(new Range(next, Character.MAX_CODE_POINT));
        return of(others);
    }

    /** The characters that are in both. */
    public CharSet intersection(CharSet other) {
        return new CharSet(common(ranges, other.ranges));
    }

    /** The characters that are in one of them or both. */
    public CharSet union(CharSet other) {
        List<Range> both = new ArrayList<>(ranges);
        both.addAll(other.ranges);
        return of(both);
    }

    private static List<Range> common(List<Range> left, List<Range> right) {
        List<Range> common = new ArrayList<>();
        for (int l = 0, r = 0; l < left.size() && r < right.size(); ) {
            Range a = left.get(l);
            Range b = right.get(r);
            if (Math.max(a.from(), b.from()) <= Math.min(a.to(), b.to())) {
                common.add(new Range(Math.max(a.from(), b.from()), Math.min(a.to(), b.to())));
            }
            if (a.to() < b.to()) {
                l++;
            } else {
                r++;
            }
        }
        return common;
    }

    /** Whether no character is in it. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Whether this character is in it. */
    public boolean contains(int character) {
        return ranges.stream().anyMatch(range -> range.from() <= character && character <= range.to());
    }

    /** Its character, if it has just one. */
    public OptionalInt single() {
        return ranges.size() == 1 && ranges.get(0).from() == ranges.get(0).to()
                ? OptionalInt.of(ranges.get(0).from())
                : OptionalInt.empty();
    }

    /** The characters to choose from: the readable ones if there are some, else the first of each range. */
    List<Integer> choices() {
        List<Integer> readable =
                READABLE.codePoints().filter(this::contains).boxed().toList();
        return readable.isEmpty() ? ranges.stream().map(Range::from).toList() : readable;
    }
}
