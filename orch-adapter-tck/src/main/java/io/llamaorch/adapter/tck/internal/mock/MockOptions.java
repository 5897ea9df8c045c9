package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a mock can be told.
 *
 * @param limits the time limits of each stream, as any adapter has them
 * @param healthTimeout how long a health check or a look at the properties may take
 * @param engine how the engine behaves, unless the adapter is given one
 */
record MockOptions(StreamLimits limits, Duration healthTimeout, MockSettings engine) {

    private static final int MANY = 1_000_000;
    private static final int NEVER = -1;
    private static final String WELL = "well";

    /** All options, with their defaults. */
    static final List<OptionSpec> SPECS = Stream.concat(
                    Stream.of(
                            OptionSpec.integer("tokens-per-second", 0)
                                    .range(0, MANY)
                                    .describedAs("pace of each stream; 0 is as fast as it is read")
                                    .build(),
                            OptionSpec.integer("length", MockSettings.Text.DEFAULT.length())
                                    .range(1, MANY)
                                    .describedAs("tokens of a text that nothing stops earlier")
                                    .build(),
                            OptionSpec.integer("slots", 4)
                                    .range(1, MANY)
                                    .describedAs("how many tasks run at a time; others wait, in their order")
                                    .build(),
                            OptionSpec.text("state")
                                    .describedAs("serving (without this), loading or sleeping")
                                    .build(),
                            OptionSpec.text("engine-token")
                                    .secret()
                                    .describedAs("the credential that it asks for; without this, none")
                                    .build(),
                            OptionSpec.text("faults")
                                    .describedAs("what goes wrong, such as cut-after-tokens:3: one for each task in"
                                            + " their order, separated by commas; well serves one well")
                                    .build(),
                            OptionSpec.text("always")
                                    .describedAs("what goes wrong in every exchange, such as refuse")
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
                                    .build(),
                            OptionSpec.duration("health-timeout", Duration.ofSeconds(5))
                                    .range(Duration.ofMillis(1), Duration.ofDays(1))
                                    .describedAs("longest time of a health check, or of a look at the properties")
                                    .build()),
                    StreamLimits.options().stream())
            .toList();

    /**
     * Reads what was given.
     *
     * @throws IllegalArgumentException if something is wrong; one message names all of it
     */
    static MockOptions read(Map<String, String> given) {
        Reader reader = new Reader(given);
        Optional<EngineScript.State> state = reader.text("state", MockOptions::state);
        Optional<Secret> token = reader.text("engine-token", MockOptions::token);
        Optional<List<Optional<Fault>>> faults = reader.text("faults", MockOptions::faults);
        Optional<Fault> always = reader.text("always", text -> fault("always", text));
        Optional<ErrorCode> failWith = reader.text("fail-with", MockOptions::code);
        OptionValues values = reader.values();
        return new MockOptions(
                StreamLimits.from(values),
                values.duration("health-timeout"),
                new MockSettings(
                        values.integer("slots"),
                        false,
                        state.orElse(EngineScript.State.SERVING),
                        token,
                        new MockSettings.Text(
                                values.integer("length"), pause(values.integer("tokens-per-second")), Optional.empty()),
                        new MockSettings.Faults(
                                faults.orElse(List.of()),
                                always,
                                MockMishap.told(failWith, values.integer("fail-after"), values.integer("hang-after"))),
                        Set.of()));
    }

    private static Duration pause(int tokensPerSecond) {
        return tokensPerSecond == 0 ? Duration.ZERO : Duration.ofSeconds(1).dividedBy(tokensPerSecond);
    }

    private static ErrorCode code(String name) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("option 'fail-with' must be an error code, not '" + name
                        + "'; codes are " + Arrays.toString(ErrorCode.values())));
    }

    private static EngineScript.State state(String name) {
        return Arrays.stream(EngineScript.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "option 'state' must be serving, loading or sleeping, not '" + name + "'"));
    }

    private static Secret token(String value) {
        try {
            return Secret.of(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("option 'engine-token' cannot be used: " + e.getMessage(), e);
        }
    }

    private static Fault fault(String option, String text) {
        try {
            return Fault.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("option '" + option + "': " + e.getMessage(), e);
        }
    }

    private static List<Optional<Fault>> faults(String list) {
        List<Optional<Fault>> faults = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String text : split(list)) {
            try {
                Optional<Fault> fault = text.equals(WELL) ? Optional.empty() : Optional.of(fault("faults", text));
                fault.ifPresent(MockSettings::requireOneTask);
                faults.add(fault);
            } catch (IllegalArgumentException e) {
                wrong.add(e.getMessage());
            }
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", wrong));
        }
        return faults;
    }

    /** Splits at commas; a backslash before a comma or a backslash makes that one part of a fault's text. */
    private static List<String> split(String list) {
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            char next = i + 1 < list.length() ? list.charAt(i + 1) : 0;
            if (c == '\\' && (next == ',' || next == '\\')) {
                text.append(next);
                i++;
            } else if (c == ',') {
                texts.add(text.toString().strip());
                text.setLength(0);
            } else {
                text.append(c);
            }
        }
        texts.add(text.toString().strip());
        return texts;
    }

    /** Reads the texts that mean more than a text, and keeps all complaints until everything was looked at. */
    private static final class Reader {
        private final Map<String, String> given;
        private final List<String> complaints = new ArrayList<>();

        Reader(Map<String, String> given) {
            this.given = given;
        }

        <T> Optional<T> text(String name, Function<String, T> parse) {
            String value = given.get(name);
            try {
                return value == null ? Optional.empty() : Optional.of(parse.apply(value));
            } catch (IllegalArgumentException e) {
                complaints.add(e.getMessage());
                return Optional.empty();
            }
        }

        OptionValues values() {
            @Nullable OptionValues values = null;
            try {
                values = OptionValues.read(SPECS, given);
            } catch (IllegalArgumentException e) {
                complaints.add(e.getMessage());
            }
            if (values == null || !complaints.isEmpty()) {
                throw new IllegalArgumentException(String.join("; ", complaints));
            }
            return values;
        }
    }
}
