package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model of which word follows which, learnt from {@link Stories}.
 *
 * <p>The score of a word counts how often it followed the last one, more if also the one before fits, less for each
 * time that this text went that way already, and a little that depends on the whole history: so that one fixed path
 * for a prompt does not run in circles, and each prompt has a path of its own. The longer the text, the likelier its
 * end. A prompt that speaks of emoji gets some, one token for each of their bytes.
 *
 * <p>Thread safety: immutable.
 */
final class Storyteller implements TextModel {
    private static final Pattern PIECE = Pattern.compile(" ?[\\p{L}']+|[,.]");
    private static final int SHORTEST_STORY = 32;
    private static final double FITS_BOTH = 2.8;
    private static final double TOLD_ALREADY = 1.6;
    private static final double HISTORY = 1.4;
    private static final double TIRED_AFTER = 50;
    private static final List<String> EMOJI = List.of(" 🦙", " ⭐", " 🌧️", " 🍞", " 🎶");

    private final Vocabulary vocabulary;
    private final int fullStop;
    private final int newline;
    private final Map<Integer, Map<Integer, Integer>> afterOne = new HashMap<>();
    private final Map<Long, Map<Integer, Integer>> afterTwo = new HashMap<>();

    Storyteller() {
        List<List<String>> stories = new ArrayList<>();
        List<String> pieces = new ArrayList<>(List.of("\n"));
        for (String story : Stories.ALL) {
            List<String> words = new ArrayList<>();
            for (Matcher m = PIECE.matcher(" " + story); m.find(); ) {
                words.add(m.group());
            }
            stories.add(words);
            pieces.addAll(words);
        }
        vocabulary = new Vocabulary(pieces);
        fullStop = vocabulary.id(".");
        newline = vocabulary.id("\n");
        stories.forEach(this::learn);
    }

    private void learn(List<String> story) {
        int beforeLast = Vocabulary.BEGIN;
        int last = Vocabulary.BEGIN;
        for (String piece : story) {
            int token = vocabulary.id(piece);
            count(beforeLast, last, token);
            beforeLast = last;
            last = token;
        }
        count(beforeLast, last, Vocabulary.END);
        count(beforeLast, last, newline);
    }

    private void count(int beforeLast, int last, int token) {
        afterOne.computeIfAbsent(last, k -> new TreeMap<>()).merge(token, 1, Integer::sum);
        afterTwo.computeIfAbsent(pair(beforeLast, last), k -> new TreeMap<>()).merge(token, 1, Integer::sum);
    }

    private static long pair(int beforeLast, int last) {
        return ((long) beforeLast << 32) | last;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public Walk begin(List<Integer> prompt) {
        StoryWalk walk = new StoryWalk(
                vocabulary.text(prompt, false).toLowerCase(Locale.ROOT).contains("emoji"));
        prompt.forEach(walk::see);
        return walk;
    }

    private final class StoryWalk implements Walk {
        private final boolean emoji;
        private final ArrayDeque<Integer> forced = new ArrayDeque<>();
        private final Map<Long, Integer> ways = new HashMap<>();
        private long history;
        private int beforeLast;
        private int last;
        private int told;
        private boolean justDrew;

        StoryWalk(boolean emoji) {
            this.emoji = emoji;
        }

        private void see(int token) {
            history = Random64.mix(history * 31 + token + 1);
            ways.merge(pair(last, token), 1, Integer::sum);
            beforeLast = last;
            last = token;
        }

        @Override
        public Candidates next() {
            if (emoji && forced.isEmpty() && last == fullStop && !justDrew) {
                int which = (int) Math.floorMod(history, (long) EMOJI.size());
                for (int token : Vocabulary.bytesOf(EMOJI.get(which))) {
                    forced.add(token);
                }
                justDrew = true;
            }
            if (!forced.isEmpty()) {
                return new Candidates(new int[] {forced.element()}, new double[] {0});
            }
            boolean fresh = !afterOne.containsKey(last) || last == newline;
            Map<Integer, Integer> one = afterOne.getOrDefault(fresh ? Vocabulary.BEGIN : last, Map.of());
            Map<Integer, Integer> two = afterTwo.getOrDefault(pair(beforeLast, last), Map.of());
            List<Integer> tokens = new ArrayList<>(one.keySet());
            if (told < SHORTEST_STORY && tokens.size() > 1) {
                tokens.remove((Integer) Vocabulary.END);
            }
            double[] scores = new double[tokens.size()];
            for (int i = 0; i < scores.length; i++) {
                int token = tokens.get(i);
                scores[i] = Math.log(one.getOrDefault(token, 1))
                        + (two.containsKey(token) ? FITS_BOTH : 0)
                        + (token == Vocabulary.END ? told / TIRED_AFTER : 0)
                        - TOLD_ALREADY * ways.getOrDefault(pair(last, token), 0)
                        + HISTORY * Random64.unit(Random64.mix(history ^ Random64.mix(token)));
            }
            return new Candidates(tokens.stream().mapToInt(Integer::intValue).toArray(), scores);
        }

        @Override
        public void accept(int token) {
            told++;
            if (!forced.isEmpty() && forced.element() == token) {
                // A picture is no word: what follows it follows the word before.
                forced.remove();
                history = Random64.mix(history * 31 + token + 1);
            } else {
                forced.clear();
                justDrew = false;
                see(token);
            }
        }
    }
}
