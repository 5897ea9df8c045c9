package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Rule;
import io.llamaorch.adapter.tck.internal.kit.RuleBook;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/** The rules, their notes, the tests that bear their ids, the broken adapters and the page that lists them agree. */
@NoLeaks
class ConformancePageTest {

    private static final String HEAD = """
            | Rule | Tests | Broken adapters | Score |
            |---|---|---|---|
            """;

    private static List<Method> tests() {
        return Arrays.stream(AdapterConformance.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Rule.class))
                .toList();
    }

    private static String id(Method test) {
        return test.getAnnotation(Rule.class).value();
    }

    /** The names of the tests of each rule that has one. */
    private static Map<String, Set<String>> tested() {
        DisplayNameGenerator names = names();
        Map<String, Set<String>> tested = new TreeMap<>();
        for (Method test : tests()) {
            String name = names.generateDisplayNameForMethod(List.of(), AdapterConformance.class, test);
            tested.computeIfAbsent(id(test), rule -> new TreeSet<>()).add(name.substring(id(test).length() + 1));
        }
        return tested;
    }

    /** As every group of rules has it. */
    private static DisplayNameGenerator names() {
        Class<?> rules = AdapterConformance.class.getInterfaces()[0].getInterfaces()[0];
        DisplayNameGeneration generation = rules.getAnnotation(DisplayNameGeneration.class);
        return DisplayNameGenerator.getDisplayNameGenerator(generation.value());
    }

    private static Set<String> caughtBy(String rule) {
        return Broken.all().stream()
                .filter(adapter -> adapter.breaks().contains(rule))
                .map(Broken::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void test_ofARule_isNamedByIt() {
        for (Method test : tests()) {
            String begins = id(test).replace("-", "").toLowerCase(Locale.ROOT) + "_";
            assertTrue(test.getName().startsWith(begins), () -> test.getName() + " should begin with " + begins);
        }
    }

    @Test
    void rule_thatBindsAdapters_hasANote() {
        assertEquals(RuleBook.forAdapters(), RuleBook.noted(), "rules that bind adapters, and those that have a note");
    }

    @Test
    void rule_thatBindsAdapters_isTested_unlessItsNoteSaysWhyNot() {
        Set<String> testable = RuleBook.forAdapters().stream()
                .filter(rule -> RuleBook.note(rule).orElseThrow().isTested())
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(testable, tested().keySet(), "rules whose note says how they are tested, and rules with a test");
    }

    @Test
    void rule_thatIsTested_hasABrokenAdapter() {
        Set<String> broken = Broken.all().stream()
                .flatMap(adapter -> adapter.breaks().stream())
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(tested().keySet(), broken, "rules with a test, and rules that a broken adapter breaks");
    }

    /** BrokenAdapterTest holds that each is caught, so the score of a rule is all of them. */
    @Test
    void page_listsTheRulesTheirTestsAndTheBrokenAdapters() throws IOException {
        StringBuilder table = new StringBuilder(HEAD);
        for (String rule : RuleBook.forAdapters()) {
            Set<String> tests = tested().getOrDefault(rule, Set.of());
            Set<String> adapters = caughtBy(rule);
            String row = tests.isEmpty()
                    ? "| %s | not tested, see [why](rules.md) | | |%n".formatted(rule)
                    : "| %s | %s | %s | %d of %d |%n"
                            .formatted(
                                    rule,
                                    String.join("; ", tests),
                                    adapters.stream().collect(Collectors.joining("`, `", "`", "`")),
                                    adapters.size(),
                                    adapters.size());
            table.append(row);
        }
        Path base = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        Path generated = base.resolve("target/conformance-table.md");
        Files.writeString(generated, table);

        String page = Files.readString(base.getParent().resolve("docs/conformance-kit.md"));

        assertTrue(
                page.contains(table),
                () -> "docs/conformance-kit.md should have the table that is in " + base.relativize(generated));
    }
}
