package io.llamaorch.adapter.tck.broken;

import static io.llamaorch.adapter.tck.broken.Changes.adapter;
import static io.llamaorch.adapter.tck.broken.Changes.declaring;
import static io.llamaorch.adapter.tck.broken.Changes.fingerprint;
import static io.llamaorch.adapter.tck.broken.Changes.hiding;
import static io.llamaorch.adapter.tck.broken.Changes.made;
import static io.llamaorch.adapter.tck.broken.Changes.onFault;
import static io.llamaorch.adapter.tck.broken.Changes.rules;
import static io.llamaorch.adapter.tck.broken.Changes.tasks;
import static io.llamaorch.adapter.tck.broken.Doings.atALevel;
import static io.llamaorch.adapter.tck.broken.Doings.copy;
import static io.llamaorch.adapter.tck.broken.Doings.drawnSeed;
import static io.llamaorch.adapter.tck.broken.Doings.visit;
import static io.llamaorch.adapter.tck.broken.Doings.with;
import static io.llamaorch.adapter.tck.broken.Events.failure;
import static io.llamaorch.adapter.tck.broken.Events.quoting;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Adapters that are correct but for one change in what a task says (DET, SEC, CAP). */
enum BrokenTasks implements Broken {
    DRAWS_A_SEED(
            rules("DET-01"),
            tasks(task ->
                    atALevel(task) ? task : task.toBuilder().seed(drawnSeed()).build())),

    FORGETS_THE_SEED(
            rules("DET-01"),
            tasks(task -> atALevel(task) ? task : task.toBuilder().seed(1).build())),

    FORGETS_TOP_K(
            rules("DET-01"),
            tasks(task -> task.sampling().topK().isPresent()
                    ? task.toBuilder()
                            .sampling(Sampling.builder()
                                    .temperature(task.sampling().temperature().orElse(1))
                                    .seed(1)
                                    .build())
                            .build()
                    : task)),

    TAKES_NO_FINGERPRINT(rules("DET-03"), fingerprint(print -> Map.of())),

    TAKES_THE_TIME_FOR_A_FINGERPRINT(
            rules("DET-03"), fingerprint(print -> with(print, "time", "" + System.nanoTime()))),

    TAKES_NO_TEMPERATURE(rules("DET-03"), fingerprint(print -> with(print, "temperature", "0.8"))),

    TAKES_NO_MODEL(rules("DET-03"), fingerprint(print -> with(print, "model", "some"))),

    NAMES_THE_SEED_OTHERWISE(
            rules("DET-03"),
            fingerprint(print -> with(with(print, "rng", print.getOrDefault("seed", "")), "seed", "hidden"))),

    TELLS_ANOTHER_SEED_THAN_IT_DREW(
            rules("DET-03"),
            fingerprint(print -> print.getOrDefault("seed", "").length() > 1 ? with(print, "seed", "12") : print)),

    TELLS_THE_CREDENTIAL(rules("SEC-01"), made((config, factory) -> new ChangedAdapter(factory.create(config)) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), event -> List.of(quoting(config.token(), event)));
        }
    })),

    FOLLOWS_REDIRECTS(rules("SEC-03"), made((config, factory) -> new ChangedAdapter(factory.create(config)) {
        @Override
        public TokenStream submit(TaskRequest task) {
            return new ChangedStream(correct.submit(task), event -> {
                if (event instanceof TokenEvent.Error error
                        && error.error().excerpt().startsWith("mock:")) {
                    visit(factory, config, error.error().excerpt(), task);
                }
                return List.of(event);
            });
        }
    })),

    LETS_A_NAME_INTO_THE_PROMPT(
            rules("SEC-04"),
            tasks(task -> task.jobId().contains("\"")
                    ? copy(task, new Prompt.Text("x" + task.jobId())).build()
                    : task)),

    PASSES_EVERY_EXTRA(
            rules("SEC-04"),
            tasks(task ->
                    task.extras().isEmpty() ? task : copy(task, task.prompt()).build())),

    READS_WITHOUT_A_BOUND(
            rules("ERR-04", "SEC-05"),
            onFault(
                    StreamFault.EndlessLine.class::isInstance,
                    event -> List.of(
                            event instanceof TokenEvent.Error ? failure(ErrorCode.INTERNAL, "out of memory") : event))),

    DECLARES_WHAT_IT_CANNOT(rules("CAP-01"), declaring(Capability.GRAMMAR)),

    DROPS_A_GRAMMAR(rules("CAP-01"), dropping(Capability.GRAMMAR, Constraint.Grammar.class)),

    DROPS_A_SCHEMA(rules("CAP-01"), dropping(Capability.JSON_SCHEMA, Constraint.JsonSchema.class)),

    PROVES_WHAT_IT_DOES_NOT_DECLARE(rules("CAP-01"), hiding(Capability.CANCEL_PROOF)),

    LEAVES_OUT_WHAT_IT_CANNOT(
            rules("CAP-01"),
            tasks(task -> task.toBuilder()
                    .sampling(task.sampling().toBuilder().logProbabilities(0).build())
                    .build())),

    IGNORES_STOP_STRINGS(rules("CAP-01"), tasks(task -> task.toBuilder().stop().build())),

    REFUSES_WHAT_IT_HAS_SENT(rules("CAP-01"), adapter(correct -> new ChangedAdapter(correct) {
        @Override
        public TokenStream submit(TaskRequest task) {
            if (task.prompt() instanceof Prompt.Tokens) {
                correct.submit(copy(task, new Prompt.Text("1 2 3")).build()).cancel();
            }
            return correct.submit(task);
        }
    }));

    private final Change change;

    /** It declares that it keeps a kind of constraint, and leaves it out of the task. */
    private static UnaryOperator<AdapterFactory> dropping(Capability declared, Class<? extends Constraint> kind) {
        UnaryOperator<AdapterFactory> deaf =
                tasks(task -> task.constraint().filter(kind::isInstance).isPresent()
                        ? copy(task, task.prompt()).build()
                        : task);
        return correct -> declaring(declared).apply(deaf.apply(correct));
    }

    BrokenTasks(Set<String> breaks, UnaryOperator<AdapterFactory> how) {
        change = new Change(breaks, how);
    }

    @Override
    public Change change() {
        return change;
    }
}
