package io.llamaorch.adapter.tck.internal.grammar;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Derives a sentence of a grammar. At first it goes where it is told to; as soon as the text is long enough, or the
 * rules are deep enough inside each other, it takes the shortest way to the end.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Derivation {
    private static final int DEEP_ENOUGH = 8;
    private static final int LONG_ENOUGH = 80;
    private static final int MORE_AT_MOST = 4;

    /** So many steps without a character are taken for an endless silence. */
    private static final int LONGEST_SILENCE = 100_000;

    private final Grammar grammar;
    private final Heights heights;
    private final IntUnaryOperator pick;
    private final ArrayDeque<Due> due = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();

    /** A part that the sentence goes on with, inside so many rules. */
    private record Due(Part part, int depth) {}

    /**
     * What was derived.
     *
     * @param text the sentence, or its beginning
     * @param whole whether it is all of it
     */
    public record Sentence(String text, boolean whole) {}

    private Derivation(Grammar grammar, IntUnaryOperator pick) {
        this.grammar = grammar;
        this.heights = new Heights(grammar);
        this.pick = pick;
    }

    /**
     * Derives a sentence.
     *
     * @param grammar the grammar
     * @param pick chooses one of so many, from 0 on; always 0 gives the grammar's first sentence
     * @param longest after so many characters it is given up; the sentence is then not whole
     * @return the sentence
     * @throws UnsupportedOperationException if the grammar goes on and on without a character
     */
    public static Sentence of(Grammar grammar, IntUnaryOperator pick, int longest) {
        return new Derivation(grammar, pick).derive(longest);
    }

    private Sentence derive(int longest) {
        due.push(new Due(grammar.rule(Grammar.ROOT), 0));
        int silent = 0;
        while (!due.isEmpty()) {
            int said = text.length();
            if (said >= longest) {
                return new Sentence(text.toString(), false);
            }
            if (silent > LONGEST_SILENCE) {
                throw new UnsupportedOperationException("grammars that go on and on and say nothing");
            }
            Due next = due.pop();
            take(next.part(), next.depth());
            silent = text.length() > said ? 0 : silent + 1;
        }
        return new Sentence(text.toString(), true);
    }

    private void take(Part part, int depth) {
        if (part instanceof Part.Text known) {
            text.append(known.text());
        } else if (part instanceof Part.Chars chars) {
            List<Integer> choices = chars.set().choices();
            text.appendCodePoint(choices.get(pick.applyAsInt(choices.size())));
        } else if (part instanceof Part.Reference reference) {
            due.push(new Due(grammar.rule(reference.rule()), depth + 1));
        } else if (part instanceof Part.Sequence sequence) {
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                due.push(new Due(sequence.parts().get(i), depth));
            }
        } else if (part instanceof Part.Choice choice) {
            due.push(new Due(one(choice.alternatives(), depth), depth));
        } else if (part instanceof Part.Repeat repeat) {
            for (int i = times(repeat, depth); i > 0; i--) {
                due.push(new Due(repeat.part(), depth));
            }
        }
    }

    private boolean tired(int depth) {
        return depth >= DEEP_ENOUGH || text.length() >= LONG_ENOUGH;
    }

    private Part one(List<Part> alternatives, int depth) {
        List<Part> ending = alternatives.stream().filter(heights::ends).toList();
        List<Part> open = ending.isEmpty() ? alternatives : ending;
        return tired(depth)
                ? open.stream().min(Comparator.comparingInt(heights::of)).orElseThrow()
                : open.get(pick.applyAsInt(open.size()));
    }

    private int times(Part.Repeat repeat, int depth) {
        int more = Math.min(repeat.most() - repeat.least(), MORE_AT_MOST);
        return tired(depth) || !heights.ends(repeat.part())
                ? repeat.least()
                : repeat.least() + pick.applyAsInt(more + 1);
    }
}
