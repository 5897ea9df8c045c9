package io.llamaorch.adapter.tck.internal.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The project's rules and the notes on those that bind adapters, read from the copy of {@code docs/rules.md} in this
 * module. Immutable.
 */
public final class RuleBook {

    private static final String PAGE = "/io/llamaorch/adapter/tck/rules.md";
    private static final Pattern LINE =
            Pattern.compile("^- ([A-Z]{2,3}-\\d\\d) \\(([^)]*)\\) (.*)$", Pattern.MULTILINE);
    private static final Pattern NOTE =
            Pattern.compile("^\\| ([A-Z]{2,3}-\\d\\d) \\| (.*) \\| (.*) \\|$", Pattern.MULTILINE);
    private static final String PAGE_TEXT = read();
    private static final Map<String, Entry> RULES = rules();
    private static final Map<String, Note> NOTES = notes();

    private RuleBook() {}

    private record Entry(String binds, String asks) {}

    /**
     * What is noted of a rule that binds adapters.
     *
     * @param why what users suffer without it
     * @param tested how the kit tests it, or why it does not
     */
    public record Note(String why, String tested) {

        /** Whether the kit tests the rule. */
        public boolean isTested() {
            return !tested.startsWith("not by the kit");
        }
    }

    private static String read() {
        try (InputStream page = Objects.requireNonNull(RuleBook.class.getResourceAsStream(PAGE), PAGE)) {
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the rules cannot be read", e);
        }
    }

    private static Map<String, Entry> rules() {
        Map<String, Entry> rules = new LinkedHashMap<>();
        Matcher line = LINE.matcher(PAGE_TEXT);
        while (line.find()) {
            rules.put(line.group(1), new Entry(line.group(2), line.group(3)));
        }
        return rules;
    }

    private static Map<String, Note> notes() {
        Map<String, Note> notes = new LinkedHashMap<>();
        Matcher line = NOTE.matcher(PAGE_TEXT);
        while (line.find()) {
            notes.put(line.group(1), new Note(line.group(2), line.group(3)));
        }
        return notes;
    }

    /** The ids of the rules that bind adapters, in the order of the page. */
    public static List<String> forAdapters() {
        return RULES.keySet().stream().filter(RuleBook::bindsAdapters).toList();
    }

    /** The ids of the rules that have a note, in the order of the page. */
    public static List<String> noted() {
        return List.copyOf(NOTES.keySet());
    }

    /** Whether there is such a rule and it binds adapters. */
    public static boolean bindsAdapters(String rule) {
        Entry entry = RULES.get(rule);
        return entry != null && List.of(entry.binds.split(", ")).contains("A");
    }

    /** What a rule asks, in its own words. */
    public static String asks(String rule) {
        Entry entry = RULES.get(rule);
        return entry == null ? "there is no rule " + rule : entry.asks;
    }

    /** Why a rule is there and how it is tested; only rules that bind adapters have such a note. */
    public static Optional<Note> note(String rule) {
        return Optional.ofNullable(NOTES.get(rule));
    }
}
