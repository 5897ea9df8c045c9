package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.StreamLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a mock can be told.
 *
 * @param limits the time limits of each stream, as any adapter has them
 * @param slots how many tasks it says that it runs at once; it refuses none
 * @param text how long its texts are, and how fast they come
 * @param faults what goes wrong
 */
record MockOptions(StreamLimits limits, int slots, Text text, Faults faults) {

    private static final int MANY = 1_000_000;
    private static final int NEVER = -1;

    /** All options, with their defaults. */
    static final List<OptionSpec> SPECS = Stream.concat(
                    Stream.of(
                            OptionSpec.integer("tokens-per-second", 0)
                                    .range(0, MANY)
                                    .describedAs("pace of each stream; 0 is as fast as it is read")
                                    .build(),
                            OptionSpec.integer("length", 48)
                                    .range(1, MANY)
                                    .describedAs("tokens of a text that nothing stops earlier")
                                    .build(),
                            OptionSpec.integer("slots", 4)
                                    .range(1, MANY)
                                    .describedAs("how many tasks it says that it runs at once")
                                    .build(),
                            OptionSpec.text("fail-with")
                                    .describedAs("error code with which each task fails")
                                    .build(),
                            OptionSpec.integer("fail-after", 0)
                                    .range(0, MANY)
                                    .describedAs("tokens before it fails; 0 fails instead of starting")
                                    .build(),
                            OptionSpec.integer("hang-after", NEVER)
                                    .range(NEVER, MANY)
                                    .describedAs("tokens before it falls silent; 0 never starts, -1 never hangs")
                                    .build()),
                    StreamLimits.options().stream())
            .toList();

    static MockOptions read(Map<String, String> given) {
        OptionValues values = OptionValues.read(SPECS, given);
        return new MockOptions(
                StreamLimits.from(values),
                values.integer("slots"),
                new Text(values.integer("length"), pause(values.integer("tokens-per-second"))),
                new Faults(
                        values.text("fail-with").map(MockOptions::code),
                        values.integer("fail-after"),
                        values.integer("hang-after")));
    }

    private static Duration pause(int tokensPerSecond) {
        return tokensPerSecond == 0 ? Duration.ZERO : Duration.ofSeconds(1).dividedBy(tokensPerSecond);
    }

    private static ErrorCode code(String name) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("option 'fail-with' must be an error code, not '" + name
                        + "'. Codes are: " + Arrays.toString(ErrorCode.values())));
    }

    /**
     * What a text is like.
     *
     * @param length how many tokens it has if nothing stops it
     * @param pause from one token to the next
     */
    record Text(int length, Duration pause) {}

    /**
     * What goes wrong, after so many tokens or at the end of the text, whichever is first.
     *
     * @param failWith the code, if it fails at all
     * @param failAfter after how many tokens it fails
     * @param hangAfter after how many tokens it falls silent; negative for never
     */
    record Faults(Optional<ErrorCode> failWith, int failAfter, int hangAfter) {

        boolean failsNow(int told, int length) {
            return failWith.isPresent() && told >= Math.min(failAfter, length);
        }

        boolean hangsNow(int told, int length) {
            return hangAfter >= 0 && told >= Math.min(hangAfter, length);
        }
    }
}
