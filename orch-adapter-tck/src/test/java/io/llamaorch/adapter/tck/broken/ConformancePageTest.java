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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules, the tests that bear their ids, and the page that lists them agree. */
@NoLeaks
class ConformancePageTest {

    private static final Pattern ROW = Pattern.compile("^\\| ([A-Z]{3}-\\d\\d) \\|.*\\| (.*) \\|$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`([A-Z_]+)`");

    private static List<Method> tests() {
        return Arrays.stream(AdapterConformance.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Rule.class))
                .toList();
    }

    private static String id(Method test) {
        return test.getAnnotation(Rule.class).value();
    }

    @Test
    void test_ofARule_isNamedByIt_andTheRuleBindsAdapters() {
        for (Method test : tests()) {
            String begins = id(test).replace("-", "").toLowerCase(Locale.ROOT) + "_";
            assertTrue(test.getName().startsWith(begins), () -> test.getName() + " should begin with " + begins);
            assertTrue(RuleBook.bindsAdapters(id(test)), () -> id(test) + " is no rule for adapters");
        }
    }

    @Test
    void group_ofRules_hasAtLeastTwo() {
        Map<String, Set<String>> groups = new TreeMap<>();
        tests().forEach(test -> groups.computeIfAbsent(id(test).substring(0, 3), g -> new TreeSet<>())
                .add(id(test)));
        assertEquals(Set.of("EVT", "FLW", "CAN", "TIM", "CFG", "LIF", "HLT", "ERR"), groups.keySet());
        groups.forEach((group, rules) -> assertTrue(rules.size() >= 2, () -> group + " has " + rules));
    }

    @Test
    void page_listsTheRulesAndTheBrokenAdapters() throws IOException {
        Map<String, Set<String>> expected = new TreeMap<>();
        tests().forEach(test -> expected.put(id(test), new TreeSet<>()));
        for (Broken adapter : Broken.values()) {
            adapter.breaks().forEach(rule -> expected.get(rule).add(adapter.name()));
        }
        Map<String, Set<String>> listed = new TreeMap<>();
        Path page = Path.of(System.getProperty("basedir", ""))
                .toAbsolutePath()
                .getParent()
                .resolve("docs/conformance-kit.md");
        Matcher row = ROW.matcher(Files.readString(page));
        while (row.find()) {
            Set<String> adapters = new TreeSet<>();
            Matcher name = NAME.matcher(row.group(2));
            while (name.find()) {
                adapters.add(name.group(1));
            }
            listed.put(row.group(1), adapters);
        }
        assertEquals(expected, listed);
    }
}
