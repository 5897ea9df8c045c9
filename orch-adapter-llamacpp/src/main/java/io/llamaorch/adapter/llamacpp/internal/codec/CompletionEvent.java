package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event of {@code POST /completion} or of a chat says; one object a stream, filled anew for each event. Fields
 * are told apart by shape, so that servers of 2024 and of today are both understood.
 */
public final class CompletionEvent {

    String content = "";
    TokenDetails details = TokenDetails.NONE;
    String reasoning = "";
    List<ToolCall> toolCalls = List.of();

    /** What is wrong with it although it is JSON. */
    @Nullable
    String fault;

    boolean stop;

    /** Why a chat is finished. */
    @Nullable
    StopReason finished;

    int tokensPredicted;
    int tokensEvaluated;
    int slot;
    boolean truncated;

    @Nullable
    String stopType;

    @Nullable
    String stoppingWord;

    boolean stoppedEos;
    boolean stoppedWord;
    boolean stoppedLimit;
    boolean hasTimings;
    int cached;
    int promptRead;
    int predicted;
    double promptMillis;
    double generationMillis;
    boolean hasProgress;
    int progressTotal;
    int progressCached;
    int progressProcessed;
    EngineError.@Nullable Builder error;

    /** What stands at the root under the names of an error's fields: where old servers put it. */
    final EngineError.Builder rootError = new EngineError.Builder();

    CompletionEvent() {
        clear();
    }

    void clear() {
        content = "";
        details = TokenDetails.NONE;
        reasoning = "";
        toolCalls = List.of();
        fault = null;
        stop = false;
        finished = null;
        tokensPredicted = -1;
        tokensEvaluated = -1;
        slot = -1;
        truncated = false;
        stopType = null;
        stoppingWord = null;
        stoppedEos = false;
        stoppedWord = false;
        stoppedLimit = false;
        hasTimings = false;
        cached = -1;
        promptRead = -1;
        predicted = -1;
        promptMillis = 0;
        generationMillis = 0;
        hasProgress = false;
        progressTotal = 0;
        progressCached = 0;
        progressProcessed = 0;
        error = null;
        rootError.clear();
    }

    /** {@return the text; often empty, which means nothing} */
    public String content() {
        return content;
    }

    /** {@return how likely the tokens behind this event were; {@link TokenDetails#NONE} if it does not tell} */
    public TokenDetails details() {
        return details;
    }

    /** {@return what the model thinks; often empty, which means nothing} */
    public String reasoning() {
        return reasoning;
    }

    /** {@return the calls of tools that it makes whole} */
    public List<ToolCall> toolCalls() {
        return toolCalls;
    }

    /** {@return what is wrong with the stream at this event; null if nothing is} */
    public @Nullable String fault() {
        return fault;
    }

    /** {@return whether this is the engine's end marker} */
    public boolean stop() {
        return stop;
    }

    /** {@return tokens generated so far, or -1} */
    public int tokensPredicted() {
        return tokensPredicted;
    }

    /** {@return tokens of the prompt, or -1} */
    public int tokensEvaluated() {
        return tokensEvaluated;
    }

    /** {@return tokens of the prompt that came from the cache, or -1} */
    public int cached() {
        return cached;
    }

    /** {@return the slot, or -1; only the last event tells it} */
    public int slot() {
        return slot;
    }

    /** {@return whether the engine cut something to fit its context} */
    public boolean truncated() {
        return truncated;
    }

    /** {@return the stop string that came up; null if none did} */
    public @Nullable String stoppingWord() {
        return stoppingWord == null || stoppingWord.isEmpty() ? null : stoppingWord;
    }

    /** {@return whether the engine's timings are in it} */
    public boolean hasTimings() {
        return hasTimings;
    }

    /** {@return the engine's timings} */
    public Timings timings() {
        return hasTimings ? Timings.of(millis(promptMillis), millis(generationMillis)) : Timings.UNKNOWN;
    }

    /** {@return whether it tells how far the prompt's evaluation has come} */
    public boolean hasProgress() {
        return hasProgress;
    }

    /** {@return tokens of the prompt} */
    public int progressTotal() {
        return progressTotal;
    }

    /** {@return tokens of the prompt that came from the cache} */
    public int progressCached() {
        return progressCached;
    }

    /** {@return tokens of the prompt that were evaluated, the cached ones included} */
    public int progressProcessed() {
        return progressProcessed;
    }

    /** {@return the engine's failure; null if this is none} */
    public @Nullable EngineError error() {
        return error == null ? null : error.build();
    }

    /** {@return why the engine stopped} */
    public StopReason stopReason() {
        if (finished != null) {
            return finished;
        }
        if (stopType != null) {
            return switch (stopType) {
                case "eos", "none" -> StopReason.END_OF_TEXT;
                case "limit" -> StopReason.LIMIT;
                case "word" -> StopReason.STOP_STRING;
                default -> StopReason.UNKNOWN;
            };
        }
        if (stoppedWord) {
            return StopReason.STOP_STRING;
        }
        if (stoppedLimit) {
            return StopReason.LIMIT;
        }
        return stoppedEos ? StopReason.END_OF_TEXT : StopReason.UNKNOWN;
    }

    private static Duration millis(double millis) {
        return Double.isFinite(millis) && millis > 0 && millis < 1e12
                ? Duration.ofNanos((long) (millis * 1e6))
                : Duration.ZERO;
    }
}
