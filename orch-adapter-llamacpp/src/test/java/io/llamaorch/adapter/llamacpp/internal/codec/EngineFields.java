package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** The names of the server's that the adapter knows, for tests of other packages. */
public final class EngineFields {

    private EngineFields() {}

    /** The extras that have a rule. */
    public static Set<String> checkedExtras() {
        return new TreeSet<>(KnownExtra.names());
    }

    /** What is sent for a task that sets everything. */
    public static Set<String> sentForTasks() {
        TaskRequest.Builder task = TaskRequest.builder("Once")
                .maxTokens(1)
                .progress(true)
                .sampling(Sampling.builder()
                        .temperature(1)
                        .topP(1)
                        .topK(1)
                        .minP(0)
                        .seed(1)
                        .repeatPenalty(1)
                        .presencePenalty(0)
                        .frequencyPenalty(0)
                        .stop(List.of("x"))
                        .logitBias(Map.of(1, 1.0))
                        .logProbabilities(1)
                        .build());
        Placement everything = new Placement(OptionalInt.of(1), OptionalInt.of(0), true);
        Set<String> sent = new TreeSet<>();
        sent.addAll(Body.of(task.constraint(new Constraint.JsonSchema("{}")).build(), everything)
                .keySet());
        sent.addAll(Body.of(
                        task.constraint(new Constraint.Grammar("root ::= \"a\""))
                                .build(),
                        everything)
                .keySet());
        return sent;
    }
}
