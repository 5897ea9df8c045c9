package io.llamaorch.adapter.tck.internal.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class DerivationTest {
    private static final int LONGEST = 100_000;

    private static String sentence(String grammar, long seed) {
        Derivation.Sentence sentence =
                Derivation.of(Grammar.read(grammar), new SplittableRandom(seed)::nextInt, LONGEST);
        assertTrue(sentence.whole(), grammar);
        return sentence.text();
    }

    private static Set<String> sentences(String grammar, int seeds) {
        Set<String> sentences = new TreeSet<>();
        for (int seed = 0; seed < seeds; seed++) {
            sentences.add(sentence(grammar, seed));
        }
        return sentences;
    }

    @Test
    void choice_comesToEachOfItsAlternatives() {
        assertEquals(Set.of("no", "perhaps", "yes"), sentences("root ::= \"yes\" | \"no\" | \"perhaps\"", 50));
    }

    @Test
    void repetition_comesAsOftenAsItMay() {
        assertEquals(Set.of("aa", "aaa", "aaaa"), sentences("root ::= \"a\"{2,4}", 50));
    }

    @Test
    void sameSeed_givesTheSameSentence() {
        String grammar = "root ::= ([a-z]+ \" \")* [^a-z]";
        assertEquals(sentence(grammar, 7), sentence(grammar, 7));
    }

    @Test
    void recursion_comesToAnEnd() {
        String grammar = "root ::= \"(\" root \")\" | \"[\" root root \"]\" | \"x\"";
        for (int seed = 0; seed < 200; seed++) {
            String inner = sentence(grammar, seed);
            while (!inner.equals("x")) {
                String less = inner.replace("(x)", "x").replace("[xx]", "x");
                assertTrue(less.length() < inner.length(), inner + " is no sentence, seed " + seed);
                inner = less;
            }
        }
    }

    @Test
    void alternative_thatNeverEnds_isNotTaken() {
        assertEquals(Set.of("b"), sentences("root ::= a | \"b\"\na ::= \"x\" a", 50));
        assertEquals(Set.of("b"), sentences("root ::= a* \"b\"\na ::= \"x\" a", 50));
    }

    @Test
    void grammar_withoutAnEnd_isCutWhereItIsLongEnough() {
        Grammar endless = Grammar.read("root ::= \"ab\" root");
        assertFalse(endless.ends());
        Derivation.Sentence sentence = Derivation.of(endless, bound -> 0, 7);
        assertEquals("abababab", sentence.text());
        assertFalse(sentence.whole());
    }

    @Test
    void grammar_thatGoesOnAndSaysNothing_isRefused() {
        Grammar mute = Grammar.read("root ::= a root\na ::= \"x\"?");
        assertThrows(UnsupportedOperationException.class, () -> Derivation.of(mute, bound -> 0, LONGEST));
    }

    @Test
    void sentence_thatGrowsWithEachRule_isCutToo() {
        StringBuilder doubling = new StringBuilder("root ::= r60\nr0 ::= \"a\"\n");
        for (int i = 1; i <= 60; i++) {
            doubling.append("r%d ::= r%d r%d%n".formatted(i, i - 1, i - 1));
        }
        assertFalse(Derivation.of(Grammar.read(doubling.toString()), bound -> 0, LONGEST)
                .whole());
    }

    /** If the recogniser took everything, the next test would say nothing. */
    @Test
    void recogniser_takesNothingElse() {
        Recogniser a = Recogniser.character(c -> c == 'a');
        Recogniser bs = Recogniser.character(c -> c == 'b').times(1, Integer.MAX_VALUE);
        assertTrue(a.then(bs).or(a).takes("abb"));
        assertFalse(a.then(bs).takes("a"));
        assertFalse(a.times(2, 3).takes("aaaa"));
        assertFalse(a.or(bs).takes("ab"));
    }

    @Test
    void sentences_ofGrammarsMadeAtRandom_areRecognised() {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("DerivationTest: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            RandomGrammar.Both both = RandomGrammar.of(random);
            Grammar grammar = Grammar.read(both.gbnf());
            for (int j = 0; j < 4; j++) {
                String text = Derivation.of(grammar, j == 0 ? bound -> 0 : random::nextInt, LONGEST)
                        .text();
                assertTrue(
                        both.recogniser().takes(text),
                        () -> "'" + text + "' is no sentence of\n" + both.gbnf() + "\nseed " + seed);
            }
        }
    }
}
