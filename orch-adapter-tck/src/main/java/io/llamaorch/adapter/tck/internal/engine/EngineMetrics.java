package io.llamaorch.adapter.tck.internal.engine;

import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The counters behind /metrics; as in the server, generated tokens are added when a slot is released.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class EngineMetrics {
    private final ReentrantLock lock = new ReentrantLock();
    private long promptTokens;
    private long cachedTokens;
    private double promptSeconds;
    private long predictedTokens;
    private double predictedSeconds;
    private long decodes;
    private long busySlots;
    private int longest;
    private double[] atLastScrape = new double[4];

    /** @throws EngineError 501 if the server was not started to show them */
    static void requireStarted(EngineOptions options) {
        if (!options.measures()) {
            throw EngineError.notSupported("This server does not support metrics endpoint. Start it with `--metrics`");
        }
    }

    void decoded(int busy) {
        lock.lock();
        try {
            decodes++;
            busySlots += busy;
        } finally {
            lock.unlock();
        }
    }

    void released(Timings timings, int length) {
        lock.lock();
        try {
            promptTokens += timings.promptTokens();
            cachedTokens += timings.cached();
            promptSeconds += timings.promptMillis() / 1000;
            predictedTokens += timings.predicted();
            predictedSeconds += timings.predictedMillis() / 1000;
            longest = Math.max(longest, length);
        } finally {
            lock.unlock();
        }
    }

    /** The text of /metrics; reading it begins a new period for the two rates. */
    String scrape(int processing, int deferred) {
        StringBuilder out = new StringBuilder();
        lock.lock();
        try {
            double[] last = atLastScrape;
            atLastScrape = new double[] {promptTokens, promptSeconds, predictedTokens, predictedSeconds};
            add(out, "prompt_tokens_total", "Number of prompt tokens processed, excluding cached tokens", (double)
                    promptTokens);
            add(out, "prompt_tokens_cached_total", "Number of prompt tokens reused from the cache", (double)
                    cachedTokens);
            add(out, "prompt_seconds_total", "Total time spent processing prompts", promptSeconds);
            add(out, "tokens_predicted_total", "Number of generation tokens processed", (double) predictedTokens);
            add(out, "tokens_predicted_seconds_total", "Total time spent generating tokens", predictedSeconds);
            add(
                    out,
                    "n_decode_total",
                    "Total number of llama_decode() calls, excluding speculative decoding and multimodal decoding",
                    (double) decodes);
            add(out, "n_tokens_max", "Largest observed sequence length (prompt + generation)", longest);
            add(out, "spec_decode_num_draft_tokens_total", "Speculative: Total draft tokens generated", 0);
            add(
                    out,
                    "spec_decode_num_accepted_tokens_total",
                    "Speculative: Total draft tokens accepted by the target model",
                    0);
            add(out, "spec_decode_num_drafts_total", "Speculative: Total speculative decoding verification steps", 0);
            add(
                    out,
                    "prompt_tokens_seconds",
                    "Average prompt throughput in tokens/s",
                    rate(promptTokens - last[0], promptSeconds - last[1]));
            add(
                    out,
                    "predicted_tokens_seconds",
                    "Average generation throughput in tokens/s",
                    rate(predictedTokens - last[2], predictedSeconds - last[3]));
            add(out, "requests_processing", "Number of requests processing", processing);
            add(out, "requests_deferred", "Number of requests deferred", deferred);
            add(
                    out,
                    "n_busy_slots_per_decode",
                    "Average number of busy slots per llama_decode() call",
                    rate((double) busySlots, (double) decodes));
        } finally {
            lock.unlock();
        }
        return out.toString();
    }

    private static double rate(double count, double per) {
        return per > 0 ? count / per : 0;
    }

    private static void add(StringBuilder out, String name, String help, double value) {
        String full = "llamacpp:" + name;
        boolean counter = name.endsWith("_total") || name.equals("n_tokens_max");
        out.append("# HELP ").append(full).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(full).append(counter ? " counter\n" : " gauge\n");
        out.append(full).append(' ').append(sixDigits(value)).append('\n');
    }

    /** Six significant digits, as the server writes its numbers. */
    private static String sixDigits(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return Long.toString((long) value);
        }
        if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4) {
            return String.format(Locale.ROOT, "%.5e", value).replaceAll("\\.?0+e", "e");
        }
        int decimals = Math.max(0, 5 - (int) Math.floor(Math.log10(Math.abs(value))));
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return decimals == 0 ? text : text.replaceAll("\\.?0+$", "");
    }
}
