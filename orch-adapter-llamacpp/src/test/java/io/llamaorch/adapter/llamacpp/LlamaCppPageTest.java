package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFields;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.StreamLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/llamacpp.md says what the adapter does: every option, every extra that is checked, and tests that exist. */
class LlamaCppPageTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/llamacpp.md"));
    }

    /** The code in the first cells of a table's rows. */
    private static Set<String> firstCells(String heading) throws IOException {
        String table = page().split("\\| " + heading + " \\|", 2)[1].split("\n\n", 2)[0];
        return table.lines()
                .skip(2)
                .map(row -> row.split("\\|")[1])
                .flatMap(cell -> CODE.matcher(cell).results().map(code -> code.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void options_areThoseOfTheAdapter() throws Exception {
        Set<String> elsewhere =
                StreamLimits.options().stream().map(OptionSpec::name).collect(Collectors.toSet());
        Set<String> own = new TreeSet<>();
        new LlamaCppAdapterFactory()
                .descriptor().options().stream()
                        .map(OptionSpec::name)
                        .filter(name -> !elsewhere.contains(name) && !name.matches("(trust|client-key)-store.*"))
                        .forEach(own::add);
        assertEquals(own, firstCells("Option"));
    }

    @Test
    void extras_areThoseThatAreChecked() throws Exception {
        assertEquals(EngineFields.checkedExtras(), firstCells("Extra"));
    }

    @Test
    void fields_ofATask_areThoseThatAreSent() throws Exception {
        String told = page().split("## From a task", 2)[1].split("### Extras", 2)[0];
        List<String> missing = EngineFields.sentForTasks().stream()
                .filter(field -> !told.contains("`" + field + "`"))
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void tests_thatHoldARow_exist() throws Exception {
        List<MatchResult> named = TEST.matcher(page()).results().toList();
        assertTrue(named.size() > 10, named::toString);
        for (MatchResult test : named) {
            String source = source(test.group(1));
            String method = test.group(2);
            assertTrue(method == null || source.contains(" void " + method + "("), test::group);
        }
    }

    private static String source(String test) throws IOException {
        try (Stream<Path> files = Stream.of(
                        "orch-adapter-llamacpp/src/test", "orch-adapter-tck/src/test", "orch-adapter-tck/src/it")
                .map(ROOT::resolve)
                .flatMap(LlamaCppPageTest::walk)) {
            Path found = files.filter(file -> file.endsWith(test + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + test));
            return Files.readString(found);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
