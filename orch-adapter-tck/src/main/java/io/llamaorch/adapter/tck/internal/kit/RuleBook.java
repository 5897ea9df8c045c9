package io.llamaorch.adapter.tck.internal.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The project's rules, read from the copy of {@code docs/rules.md} in this module. */
public final class RuleBook {

    private static final String PAGE = "/io/llamaorch/adapter/tck/rules.md";
    private static final Pattern LINE =
            Pattern.compile("^- ([A-Z]{2,3}-\\d\\d) \\(([^)]*)\\) (.*)$", Pattern.MULTILINE);
    private static final Map<String, Entry> RULES = read();

    private RuleBook() {}

    private record Entry(String binds, String asks) {}

    private static Map<String, Entry> read() {
        try (InputStream page = Objects.requireNonNull(RuleBook.class.getResourceAsStream(PAGE), PAGE)) {
            Map<String, Entry> rules = new LinkedHashMap<>();
            Matcher line = LINE.matcher(new String(page.readAllBytes(), StandardCharsets.UTF_8));
            while (line.find()) {
                rules.put(line.group(1), new Entry(line.group(2), line.group(3)));
            }
            return rules;
        } catch (IOException e) {
            throw new UncheckedIOException("the rules cannot be read", e);
        }
    }

    /** Whether there is such a rule and it binds adapters. */
    public static boolean bindsAdapters(String rule) {
        Entry entry = RULES.get(rule);
        return entry != null && entry.binds.contains("A");
    }

    /** What a rule asks, in its own words. */
    public static String asks(String rule) {
        Entry entry = RULES.get(rule);
        return entry == null ? "there is no rule " + rule : entry.asks;
    }
}
