package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what to generate. What is not given is left to the engine. */
final class TaskOptions {

    @Option(names = "--max-tokens", paramLabel = "N", description = "How many tokens at most, 1 or more.")
    private @Nullable Integer maxTokens;

    @Option(names = "--temperature", paramLabel = "T", description = "0 takes the most likely token each time.")
    private @Nullable Double temperature;

    @Option(names = "--top-p", paramLabel = "P", description = "The share of probability that is kept, 0 to 1.")
    private @Nullable Double topP;

    @Option(names = "--top-k", paramLabel = "K", description = "How many candidates are kept; 0 keeps all.")
    private @Nullable Integer topK;

    @Option(names = "--min-p", paramLabel = "P", description = "The least share of the best candidate's probability.")
    private @Nullable Double minP;

    @Option(names = "--seed", paramLabel = "N", description = "Makes the choice repeatable, 0 to 4294967294.")
    private @Nullable Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer before this text; may be repeated.")
    private List<String> stop = List.of();

    @Option(names = "--model", paramLabel = "NAME", description = "The model; without it, whatever is served.")
    private String model = "";

    @Option(names = "--session", paramLabel = "ID", description = "The session whose cache should be used again.")
    private @Nullable String session;

    @Option(names = "--pin", paramLabel = "REPLICA", description = "The only replica that may serve it.")
    private @Nullable String pin;

    @Option(names = "--job", paramLabel = "ID", description = "The job's id; without it, one is made.")
    private @Nullable String job;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "The time for all of it, like 500ms, 30s or 2m.")
    private @Nullable Duration deadline;

    @Mixin
    private final AnswerOptions answer = new AnswerOptions();

    /** {@return the task for this prompt; wrong values are an IllegalArgumentException that says which and why} */
    TaskRequest task(String prompt) {
        return task(new Prompt.Text(prompt));
    }

    /** {@return the same for a prompt of any form} */
    TaskRequest task(Prompt prompt) {
        TaskRequest.Builder task = TaskRequest.builder(prompt).model(model).sampling(sampling());
        if (maxTokens != null) {
            task.maxTokens(maxTokens);
        }
        if (session != null) {
            task.sessionId(session);
        }
        if (pin != null) {
            task.pin(Pin.toReplica(pin));
        }
        if (job != null) {
            task.jobId(job);
        }
        if (deadline != null) {
            task.deadline(deadline);
        }
        answer.addTo(task);
        return task.build();
    }

    private Sampling sampling() {
        Sampling.Builder sampling = Sampling.builder().stop(stop);
        if (temperature != null) {
            sampling.temperature(temperature);
        }
        if (topP != null) {
            sampling.topP(topP);
        }
        if (topK != null) {
            sampling.topK(topK);
        }
        if (minP != null) {
            sampling.minP(minP);
        }
        if (seed != null) {
            sampling.seed(seed);
        }
        answer.addTo(sampling);
        return sampling.build();
    }
}
