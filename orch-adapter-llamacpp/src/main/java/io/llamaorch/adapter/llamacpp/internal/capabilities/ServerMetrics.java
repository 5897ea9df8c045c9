package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * {@link EngineMetrics} over {@code /metrics} of a server that was started with {@code --metrics} (HLT-07, contract 5).
 *
 * <p>Names are the server's own, such as {@code llamacpp:tokens_predicted_total}. What to know of them:
 *
 * <ul>
 *   <li>{@code prompt_tokens_seconds} and {@code predicted_tokens_seconds} are tokens a second since the reading before,
 *       whoever read: each reading begins them anew, and two close together give 0. So the adapter reads only when it is
 *       asked to.
 *   <li>{@code n_tokens_max} is the longest sequence so far. The server calls this high-water mark a counter; here it is a
 *       gauge, as its increments mean nothing.
 *   <li>{@code tokens_predicted_total} grows when a slot is given back, not while it streams.
 *   <li>Numbers have six digits, so counters above a million are rounded.
 * </ul>
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerMetrics implements EngineMetrics {

    private static final String LACKING = "start the server with --metrics, or check the URL's path";

    /** How many bytes the answer may have: 256 KiB; a server of today gives less than three thousand. */
    private static final int CEILING = 256 << 10;

    private final EngineCalls calls;
    private final Stages stages;

    /**
     * Makes the capability for one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     */
    public ServerMetrics(EngineCalls calls, Stages stages) {
        this.calls = calls;
        this.stages = stages;
    }

    @Override
    public CompletionStage<Snapshot> read() {
        return stages.stage(
                reply -> calls.ask(Question.get("/metrics", CEILING, ServerMetrics::snapshot, LACKING), reply));
    }

    private static Snapshot snapshot(byte[] body) {
        MetricsText text = new MetricsText();
        if (!new String(body, StandardCharsets.UTF_8).lines().allMatch(text::line)
                || text.readings().isEmpty()) {
            throw new UnusableAnswerException(
                    ErrorCode.PROTOCOL,
                    "answered with something else than metrics",
                    "is this the URL of a llama.cpp server?");
        }
        return new Snapshot(Instant.now(), text.readings());
    }
}
