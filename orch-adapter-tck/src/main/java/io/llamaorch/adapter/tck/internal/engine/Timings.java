package io.llamaorch.adapter.tck.internal.engine;

import java.util.Map;

/**
 * How long prompt and text took.
 *
 * @param cached prompt tokens that the cache held
 * @param promptTokens prompt tokens that were evaluated
 * @param promptMillis for those
 * @param predicted tokens generated
 * @param predictedMillis for those
 */
record Timings(int cached, int promptTokens, double promptMillis, int predicted, double predictedMillis) {

    /** As in an event. The first generated token is not part of the rates: it comes with the prompt. */
    Map<String, Object> json() {
        int measured = predicted - 1;
        return Json.object(
                "cache_n", cached,
                "prompt_n", promptTokens,
                "prompt_ms", promptMillis,
                "prompt_per_token_ms", ratio(promptMillis, promptTokens),
                "prompt_per_second", ratio(1000.0 * promptTokens, promptMillis),
                "predicted_n", predicted,
                "predicted_ms", predictedMillis,
                "predicted_per_token_ms", ratio(predictedMillis, measured),
                "predicted_per_second", measured > 0 ? ratio(1000.0 * measured, predictedMillis) : 0.0);
    }

    private static double ratio(double amount, double per) {
        return per > 0 ? amount / per : 0.0;
    }

    static double millis(long nanos) {
        return Math.max(1, nanos / 1000) / 1000.0;
    }
}
