package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One number for each class of error, the same in the program, in its help and in the documentation. */
class ExitCodeTest {

    private static final Path PAGE = Path.of("..", "docs", "command-line.md");

    @ParameterizedTest
    @EnumSource
    void of_eachErrorCode_hasAnExitCodeOfItsOwn(ErrorCode code) {
        assertEquals(code.name(), ExitCode.of(code).name());
    }

    @Test
    void numbers_always_differ() {
        assertEquals(
                ExitCode.values().length,
                Arrays.stream(ExitCode.values())
                        .mapToInt(ExitCode::number)
                        .distinct()
                        .count());
    }

    @Test
    void page_always_listsThemAll() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals("## Exit codes"))
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .toList();
        List<String> expected = Arrays.stream(ExitCode.values())
                .map(code -> "| " + code.number() + " | " + code.meaning() + " |")
                .toList();
        assertEquals(expected, rows);
    }

    @Test
    void help_ofSubmit_listsThemAll() {
        Screen screen = new Screen();
        assertEquals(0, screen.run("submit", "--help"));
        for (ExitCode code : ExitCode.values()) {
            assertTrue(screen.out().matches("(?s).*\\n +" + code.number() + " +\\S.*"), screen.out());
        }
    }
}
