package io.llamaorch.adapter.tck.guide;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/writing-an-adapter.md} quotes stands in the sources. */
class AdapterGuideTest {

    private static final Pattern QUOTE =
            Pattern.compile("<!-- quoted from (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("```java\n");

    @Test
    void quotes_ofTheGuide_standInTheSources() throws IOException {
        String guide = Files.readString(Sources.ROOT.resolve("docs/writing-an-adapter.md"));
        Set<String> quoted = new TreeSet<>();
        Matcher quote = QUOTE.matcher(guide);
        int quotes = 0;
        while (quote.find()) {
            quotes++;
            quoted.add(quote.group(1));
            List<String> lines = quote.group(2).lines().toList();
            Path source = quote.group(1).contains("/")
                    ? Sources.ROOT.resolve(quote.group(1))
                    : Sources.EXAMPLE.resolve(quote.group(1));
            assertTrue(
                    Files.readString(source).contains(String.join("\n", lines) + "\n"),
                    () -> "not in " + source + ":\n" + String.join("\n", lines));
        }
        int blocks = quotes;
        assertTrue(BLOCK.matcher(guide).results().count() == blocks, "each block of code is quoted from somewhere");
        assertTrue(quoted.size() >= 6, () -> "quoted: " + quoted);
    }
}
