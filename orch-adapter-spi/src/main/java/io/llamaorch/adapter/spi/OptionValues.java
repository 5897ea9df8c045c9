package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.NearestName;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checked values of an adapter's options.
 *
 * <p>Thread safety: immutable. {@code toString} shows names, never values.
 */
public final class OptionValues {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

    private final Map<String, OptionSpec> specs;
    private final Map<String, String> values;

    private OptionValues(Map<String, OptionSpec> specs, Map<String, String> values) {
        this.specs = specs;
        this.values = values;
    }

    /**
     * Checks what was given against what is declared.
     *
     * @param specs the options that exist
     * @param given name to value
     * @return the values, defaults filled in
     * @throws IllegalArgumentException if a name is unknown or a value malformed; one message names all of them
     */
    public static OptionValues read(List<OptionSpec> specs, Map<String, String> given) {
        Map<String, String> faults = faults(specs, given);
        Map<String, OptionSpec> known = byName(specs);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults.values()) + ". Options are: "
                    + String.join(", ", new TreeSet<>(known.keySet())));
        }
        Map<String, String> values = new LinkedHashMap<>();
        known.values().forEach(spec -> spec.defaultValue().ifPresent(value -> values.put(spec.name(), value)));
        values.putAll(given);
        return new OptionValues(known, values);
    }

    /**
     * Tells what is wrong with each option that was given, for whoever knows better than the adapter where it was
     * written.
     *
     * @param specs the options that exist
     * @param given name to value
     * @return name to what is wrong with it, in the order in which they were given; empty if all is well. A fault names
     *     its option, and shows no value that is a secret
     */
    public static Map<String, String> faults(List<OptionSpec> specs, Map<String, String> given) {
        Map<String, OptionSpec> known = byName(specs);
        Map<String, String> faults = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            OptionSpec spec = known.get(name);
            String fault = spec == null
                    ? "unknown option '" + name + "'" + NearestName.hint(name, known.keySet())
                    : faultOf(spec, value);
            if (fault != null) {
                faults.put(name, fault);
            }
        });
        return Collections.unmodifiableMap(faults);
    }

    /**
     * Reads a text.
     *
     * @param name a declared option of type TEXT
     * @return its value, if it was given
     */
    public Optional<String> text(String name) {
        declared(name, OptionSpec.Type.TEXT);
        return Optional.ofNullable(values.get(name));
    }

    /**
     * Reads a whole number.
     *
     * @param name a declared option of type INTEGER
     * @return its value
     */
    public int integer(String name) {
        return Integer.parseInt(value(name, OptionSpec.Type.INTEGER));
    }

    /**
     * Reads a flag.
     *
     * @param name a declared option of type FLAG
     * @return its value
     */
    public boolean flag(String name) {
        return Boolean.parseBoolean(value(name, OptionSpec.Type.FLAG));
    }

    /**
     * Reads a time.
     *
     * @param name a declared option of type DURATION
     * @return its value
     */
    public Duration duration(String name) {
        return parseDuration(value(name, OptionSpec.Type.DURATION));
    }

    @Override
    public String toString() {
        return "OptionValues" + values.keySet();
    }

    private static Map<String, OptionSpec> byName(List<OptionSpec> specs) {
        Map<String, OptionSpec> known = new LinkedHashMap<>();
        specs.forEach(spec -> known.put(spec.name(), spec));
        return known;
    }

    private String value(String name, OptionSpec.Type type) {
        declared(name, type);
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("option '" + name + "' was not given and has no default");
        }
        return value;
    }

    private void declared(String name, OptionSpec.Type type) {
        OptionSpec spec = specs.get(name);
        if (spec == null || spec.type() != type) {
            throw new IllegalArgumentException("the adapter declares no option '" + name + "' of type " + type);
        }
    }

    static @Nullable String faultOf(OptionSpec spec, String value) {
        try {
            boolean inRange = switch (spec.type()) {
                case TEXT -> true;
                case FLAG -> {
                    if (!value.equals("true") && !value.equals("false")) {
                        throw new IllegalArgumentException("neither true nor false");
                    }
                    yield true;
                }
                case INTEGER -> inRange(Integer.valueOf(value), bound(spec.least()), bound(spec.most()));
                case DURATION -> inRange(parseDuration(value), durationBound(spec.least()), durationBound(spec.most()));
            };
            return inRange ? null : complaint(spec, value, "must be between " + spec.least() + " and " + spec.most());
        } catch (IllegalArgumentException e) {
            return complaint(
                    spec,
                    value,
                    switch (spec.type()) {
                        case FLAG -> "must be true or false";
                        case INTEGER -> "must be a whole number";
                        case DURATION -> "must be a time such as 250ms, 5s, 2m or 1h";
                        case TEXT -> "must be a text";
                    });
        }
    }

    private static String complaint(OptionSpec spec, String value, String rule) {
        return "option '" + spec.name() + "' " + rule + (spec.secret() ? "" : ", not '" + value + "'");
    }

    private static @Nullable Integer bound(String bound) {
        return bound.isEmpty() ? null : Integer.valueOf(bound);
    }

    private static @Nullable Duration durationBound(String bound) {
        return bound.isEmpty() ? null : parseDuration(bound);
    }

    private static <T extends Comparable<T>> boolean inRange(T value, @Nullable T least, @Nullable T most) {
        return (least == null || value.compareTo(least) >= 0) && (most == null || value.compareTo(most) <= 0);
    }

    static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a time: " + text);
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    static String format(Duration duration) {
        long millis = duration.toMillis();
        if (duration.isNegative() || !Duration.ofMillis(millis).equals(duration)) {
            throw new IllegalArgumentException(
                    duration + " is not written in whole milliseconds, or is less than nothing");
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
