package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.spi.EngineMetrics.Kind;
import io.llamaorch.adapter.spi.EngineMetrics.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the text format of Prometheus, version 0.0.4, line by line. What is not declared to be a counter is a gauge.
 *
 * <p>Thread safety: calls must be serial.
 */
final class MetricsText {

    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})?[ \\t]+(\\S+)(?:[ \\t].*)?");

    /** What servers declare to be a counter although its increments mean nothing (contract 5). */
    private static final String HIGH_WATER_MARK = "llamacpp:n_tokens_max";

    private final Map<String, String> types = new HashMap<>();
    private final List<Reading> readings = new ArrayList<>();

    /** Reads a line; false if it is none of this format. */
    boolean line(String line) {
        if (line.isBlank()) {
            return true;
        }
        if (line.startsWith("#")) {
            Matcher type = TYPE.matcher(line.strip());
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
            }
            return true;
        }
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            return false;
        }
        OptionalDouble value = number(sample.group(3));
        Optional<Map<String, String>> labels = labels(sample.group(2) == null ? "" : sample.group(2));
        if (value.isEmpty() || labels.isEmpty()) {
            return false;
        }
        String name = sample.group(1);
        readings.add(new Reading(name, kind(name), labels.get(), value.getAsDouble()));
        return true;
    }

    /** What was read, in its order. */
    List<Reading> readings() {
        return readings;
    }

    private Kind kind(String name) {
        return "counter".equals(types.get(name)) && !name.equals(HIGH_WATER_MARK) ? Kind.COUNTER : Kind.GAUGE;
    }

    private static OptionalDouble number(String text) {
        return switch (text) {
            case "NaN" -> OptionalDouble.of(Double.NaN);
            case "+Inf", "Inf" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
            case "-Inf" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
            default -> parsed(text);
        };
    }

    private static OptionalDouble parsed(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    /** Reads {@code name="value",…}; empty if it is none. */
    private static Optional<Map<String, String>> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int quote = text.indexOf("=\"", at);
            int end = quote < 0 ? -1 : closingQuote(text, quote + 2);
            if (end < 0 || !(end + 1 == text.length() || text.charAt(end + 1) == ',')) {
                return Optional.empty();
            }
            labels.put(text.substring(at, quote).strip(), unescaped(text.substring(quote + 2, end)));
            at = end + 2;
        }
        return Optional.of(labels);
    }

    private static int closingQuote(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at < text.length() ? at : -1;
    }

    private static String unescaped(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                c = value.charAt(++i);
                c = c == 'n' ? '\n' : c;
            }
            text.append(c);
        }
        return text.toString();
    }
}
