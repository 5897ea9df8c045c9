package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Chooses a token among candidates as the request's settings say: bias, penalties, top-k, top-p, min-p, temperature.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Sampler {
    private static final Comparator<Choice> BEST_FIRST =
            Comparator.comparingDouble(Choice::score).reversed().thenComparingInt(Choice::token);

    /** What a token that the model does not think of lacks to be a candidate. */
    private static final double UNTHOUGHT_OF = 20;

    /** How many tokens of no probability are listed at most, lest somebody asks for a million. */
    private static final int MOST_OTHERS = 100;

    private final Settings settings;
    private final Map<Integer, Double> bias;
    private final SplittableRandom random;
    private final boolean penalties;

    /** What the last token was drawn from. */
    private List<Choice> last = List.of();

    private double lastTemperature = 1;

    Sampler(Settings settings, Map<Integer, Double> bias) {
        this.settings = settings;
        this.bias = bias;
        this.penalties = settings.samples("penalties")
                && (settings.real("repeat_penalty") != 1
                        || settings.real("presence_penalty") != 0
                        || settings.real("frequency_penalty") != 0);
        long seed = settings.integer("seed");
        this.random = new SplittableRandom(Random64.mix(
                seed == Settings.RANDOM_SEED ? ThreadLocalRandom.current().nextLong() : seed));
    }

    private record Choice(int token, double score) {}

    /** How likely the token was that has just been chosen; empty if nobody asked. */
    List<Odds> odds(TextModel.Candidates candidates, int chosen) {
        int wanted = (int) Math.min(candidates.tokens().length + MOST_OTHERS, settings.integer("n_probs"));
        if (wanted <= 0) {
            return List.of();
        }
        boolean left = settings.flag("post_sampling_probs");
        List<Odds.Likely> all = left ? shares(last, lastTemperature) : shares(raw(candidates), 1);
        if (!left) {
            // The rest of the vocabulary is out of the question for this model, but it is there.
            for (int other = 0; all.size() < wanted; other++) {
                int token = other;
                if (all.stream().noneMatch(likely -> likely.token() == token)) {
                    all.add(new Odds.Likely(token, 0));
                }
            }
        }
        double share = all.stream()
                .filter(likely -> likely.token() == chosen)
                .mapToDouble(Odds.Likely::share)
                .findFirst()
                .orElse(0);
        return List.of(new Odds(new Odds.Likely(chosen, share), all.subList(0, Math.min(wanted, all.size()))));
    }

    private static List<Choice> raw(TextModel.Candidates candidates) {
        List<Choice> raw = new ArrayList<>();
        for (int i = 0; i < candidates.tokens().length; i++) {
            raw.add(new Choice(candidates.tokens()[i], candidates.scores()[i]));
        }
        raw.sort(BEST_FIRST);
        return raw;
    }

    private static List<Odds.Likely> shares(List<Choice> sorted, double temperature) {
        List<Odds.Likely> shares = new ArrayList<>();
        double best = sorted.isEmpty() ? 0 : sorted.get(0).score();
        double sum = sorted.stream()
                .mapToDouble(c -> Math.exp((c.score() - best) / temperature))
                .sum();
        sorted.forEach(c -> shares.add(new Odds.Likely(c.token(), Math.exp((c.score() - best) / temperature) / sum)));
        return shares;
    }

    /** The next token after {@code history}. */
    int choose(TextModel.Candidates candidates, List<Integer> history) {
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < candidates.tokens().length; i++) {
            int token = candidates.tokens()[i];
            double score = candidates.scores()[i] + bias.getOrDefault(token, 0.0);
            if (score > Double.NEGATIVE_INFINITY) {
                choices.add(new Choice(token, penalties ? penalized(token, score, history) : score));
            }
        }
        addFavoured(choices, candidates.tokens(), history);
        last = List.of();
        if (choices.isEmpty()) {
            return Vocabulary.UNKNOWN;
        }
        choices.sort(BEST_FIRST);
        double temperature = settings.samples("temperature") ? settings.real("temperature") : 1;
        long topK = settings.samples("top_k") ? settings.integer("top_k") : 0;
        if (settings.leavesNoChoice()) {
            last = choices.subList(0, 1);
            lastTemperature = 1;
            return choices.get(0).token();
        }
        last = narrowed(choices, topK);
        lastTemperature = temperature;
        return draw(last, temperature);
    }

    /** Tokens that the model would not think of, and that the bias favours so much that they may come all the same. */
    private void addFavoured(List<Choice> choices, int[] candidates, List<Integer> history) {
        bias.forEach((token, by) -> {
            if (by > UNTHOUGHT_OF && IntStream.of(candidates).noneMatch(known -> known == token)) {
                double score = by - UNTHOUGHT_OF;
                choices.add(new Choice(token, penalties ? penalized(token, score, history) : score));
            }
        });
    }

    private double penalized(int token, double score, List<Integer> history) {
        long lastN = settings.integer("repeat_last_n");
        int from = lastN < 0 ? 0 : (int) Math.max(0, history.size() - lastN);
        long count = history.subList(from, history.size()).stream()
                .filter(seen -> seen == token)
                .count();
        if (count == 0) {
            return score;
        }
        double repeat = settings.real("repeat_penalty");
        return (score > 0 ? score / repeat : score * repeat)
                - count * settings.real("frequency_penalty")
                - settings.real("presence_penalty");
    }

    private List<Choice> narrowed(List<Choice> sorted, long topK) {
        int keep = topK > 0 ? (int) Math.min(topK, sorted.size()) : sorted.size();
        double best = sorted.get(0).score();
        double sum = sorted.stream()
                .limit(keep)
                .mapToDouble(c -> Math.exp(c.score() - best))
                .sum();
        double topP = settings.samples("top_p") ? settings.real("top_p") : 1;
        double minP = settings.samples("min_p") ? settings.real("min_p") : 0;
        double reached = 0;
        List<Choice> kept = new ArrayList<>();
        for (Choice choice : sorted.subList(0, keep)) {
            double weight = Math.exp(choice.score() - best);
            if (!kept.isEmpty() && (reached >= topP * sum || weight < minP)) {
                break;
            }
            kept.add(choice);
            reached += weight;
        }
        return kept;
    }

    private int draw(List<Choice> choices, double temperature) {
        double best = choices.get(0).score();
        double sum = choices.stream()
                .mapToDouble(c -> Math.exp((c.score() - best) / temperature))
                .sum();
        double at = random.nextDouble() * sum;
        for (Choice choice : choices) {
            at -= Math.exp((choice.score() - best) / temperature);
            if (at < 0) {
                return choice.token();
            }
        }
        return choices.get(0).token();
    }
}
