package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The time limits that the {@linkplain TokenEmitter emitter} keeps for each stream (TIM-01, FLW-02, FLW-04). Connecting
 * is the adapter's own limit. While the engine is left unread for want of demand, the first two stand still. Anything
 * above a century counts as a century.
 *
 * <p>Thread safety: immutable.
 *
 * @param firstToken from {@code submit} to the first generated token; {@link ErrorCode#DECODE_TIMEOUT}
 * @param idle from one generated token to the next; {@link ErrorCode#DECODE_TIMEOUT}
 * @param wholeCall from {@code submit} to the terminal event; {@link ErrorCode#DEADLINE_UNMET}
 * @param consumer how long nobody may subscribe, and how long a subscriber may ask for nothing while events wait
 */
public record StreamLimits(Duration firstToken, Duration idle, Duration wholeCall, Consumer consumer) {

    /** First token 120 s, idle 30 s, whole call 1 h, unclaimed 30 s, stalled 60 s. */
    public static final StreamLimits DEFAULT =
            new StreamLimits(Duration.ofSeconds(120), Duration.ofSeconds(30), Duration.ofHours(1), Consumer.DEFAULT);

    /**
     * Checks that every limit is above zero.
     *
     * @param firstToken from {@code submit} to the first generated token
     * @param idle from one generated token to the next; {@link ErrorCode#DECODE_TIMEOUT}
     * @param wholeCall from {@code submit} to the terminal event; {@link ErrorCode#DEADLINE_UNMET}
     * @param consumer how long nobody may subscribe, and how long a subscriber may ask for nothing while events wait
     */
    public StreamLimits {
        Consumer.requirePositive("firstToken", firstToken);
        Consumer.requirePositive("idle", idle);
        Consumer.requirePositive("wholeCall", wholeCall);
        Objects.requireNonNull(consumer, "consumer");
    }

    /** {@return the options by which an adapter lets these limits be set; see {@link #from}} */
    public static List<OptionSpec> options() {
        return List.of(
                option("first-token-timeout", DEFAULT.firstToken, "from submit to the first token"),
                option("idle-timeout", DEFAULT.idle, "from one token to the next"),
                option("call-timeout", DEFAULT.wholeCall, "from submit to the end"),
                option("unclaimed-timeout", DEFAULT.consumer.unclaimed, "until somebody subscribes"),
                option("stall-timeout", DEFAULT.consumer.stalled, "while events wait and nobody asks for them"));
    }

    /**
     * Reads the limits from an adapter's options.
     *
     * @param options values of {@link #options()}
     * @return the limits
     */
    public static StreamLimits from(OptionValues options) {
        return new StreamLimits(
                options.duration("first-token-timeout"),
                options.duration("idle-timeout"),
                options.duration("call-timeout"),
                new Consumer(options.duration("unclaimed-timeout"), options.duration("stall-timeout")));
    }

    private static OptionSpec option(String name, Duration value, String meaning) {
        return OptionSpec.duration(name, value)
                .range(Duration.ofMillis(1), Duration.ofDays(1))
                .describedAs("longest time " + meaning)
                .build();
    }

    /**
     * The limits on who consumes a stream; they end it with {@code End(CANCELLED)}.
     *
     * @param unclaimed until somebody subscribes; {@link CancelCause#UNCLAIMED}
     * @param stalled while events wait and nobody asks for them; {@link CancelCause#STALLED}
     */
    public record Consumer(Duration unclaimed, Duration stalled) {

        /** Unclaimed 30 s, stalled 60 s. */
        public static final Consumer DEFAULT = new Consumer(Duration.ofSeconds(30), Duration.ofSeconds(60));

        /**
         * Checks that both limits are above zero.
         *
         * @param unclaimed until somebody subscribes; {@link CancelCause#UNCLAIMED}
         * @param stalled while events wait and nobody asks for them; {@link CancelCause#STALLED}
         */
        public Consumer {
            requirePositive("unclaimed", unclaimed);
            requirePositive("stalled", stalled);
        }

        /** Here, and not in the class around it, so that either may be initialized first. */
        private static void requirePositive(String name, Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException(name + " is " + limit + ": it must be above zero");
            }
        }
    }
}
