package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what form the answer has, and what is told beside it. */
final class AnswerOptions {

    @Option(
            names = "--json-schema",
            paramLabel = "FILE",
            description = "The answer is JSON that this schema admits; not with --grammar.")
    private @Nullable Path schema;

    @Option(
            names = "--grammar",
            paramLabel = "FILE",
            description = "The answer matches this grammar, in the engine's notation (GBNF).")
    private @Nullable Path grammar;

    @Option(
            names = "--determinism",
            paramLabel = "LEVEL",
            description = "How firmly a repeatable answer is asked for: BEST_EFFORT, GREEDY or SEEDED.")
    private Determinism determinism = Determinism.BEST_EFFORT;

    @Option(
            names = "--log-probabilities",
            paramLabel = "N",
            description = "Tells of each token how likely it was, with N alternatives; shown by --json.")
    private int logProbabilities;

    @Option(names = "--progress", description = "Tells how far the prompt is evaluated; shown by --json.")
    private boolean progress;

    @Option(
            names = "--extra",
            paramLabel = "NAME=VALUE",
            description =
                    "A parameter of the engine by its own name: true, false, a number or a text; may be repeated.")
    private Map<String, String> extras = Map.of();

    /** Adds them to a task. */
    void addTo(TaskRequest.Builder task) {
        if (schema != null && grammar != null) {
            throw new IllegalArgumentException("--json-schema and --grammar cannot both hold: give one of them");
        }
        if (schema != null) {
            task.constraint(new Constraint.JsonSchema(read(schema)));
        }
        if (grammar != null) {
            task.constraint(new Constraint.Grammar(read(grammar)));
        }
        task.determinism(determinism).progress(progress);
        extras.forEach((name, value) -> addExtra(task, name, value));
    }

    /** Adds what belongs to the choice of tokens. */
    void addTo(Sampling.Builder sampling) {
        sampling.logProbabilities(logProbabilities);
    }

    private static void addExtra(TaskRequest.Builder task, String name, String value) {
        if (value.equals("true") || value.equals("false")) {
            task.extra(name, Boolean.parseBoolean(value));
        } else if (value.matches("-?[0-9]{1,18}")) {
            task.extra(name, Long.parseLong(value));
        } else if (value.matches("-?[0-9]+\\.[0-9]+")) {
            task.extra(name, Double.parseDouble(value));
        } else {
            task.extra(name, value);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": is it there, and text in UTF-8?", e);
        }
    }
}
