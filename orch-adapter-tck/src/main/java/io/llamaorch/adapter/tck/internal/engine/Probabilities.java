package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * How likely tokens were, as the server of today shows it: logarithms of what the model said, or, if the request asks
 * for it, the shares that were left after sampling.
 *
 * <p>Thread safety: immutable.
 */
record Probabilities(Generation generation) {
    /** What a probability of zero is sent as: JSON has no infinity. */
    private static final double IMPOSSIBLE = -Float.MAX_VALUE;

    List<Map<String, Object>> json(List<Odds> odds) {
        boolean shares = generation.request().settings().flag("post_sampling_probs");
        return odds.stream()
                .map(one -> {
                    Map<String, Object> shown = entry(one.chosen(), shares);
                    shown.put(
                            shares ? "top_probs" : "top_logprobs",
                            one.best().stream()
                                    .map(likely -> entry(likely, shares))
                                    .toList());
                    return shown;
                })
                .toList();
    }

    private Map<String, Object> entry(Odds.Likely likely, boolean shares) {
        byte[] bytes = generation.piece(likely.token());
        Map<String, Object> shown = Json.object(
                "id",
                likely.token(),
                "token",
                new String(bytes, StandardCharsets.UTF_8),
                "bytes",
                Tokenization.unsigned(bytes));
        if (shares) {
            shown.put("prob", likely.share());
        } else {
            shown.put("logprob", likely.share() > 0 ? Math.log(likely.share()) : IMPOSSIBLE);
        }
        return shown;
    }
}
