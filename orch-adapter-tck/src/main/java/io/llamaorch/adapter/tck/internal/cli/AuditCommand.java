package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.tck.internal.determinism.Difference;
import io.llamaorch.adapter.tck.internal.determinism.SeedSuite;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch audit}: whether equal tasks have equal answers (DET-04). */
@Command(
        name = "audit",
        description = "Asks each replica the same with fixed seeds, twice, and compares the answers byte for byte.")
final class AuditCommand implements Callable<Integer> {

    private static final int WIDTH = 80;
    private static final int MOST_SHOWN = 5;

    private final Terminal terminal;

    @Parameters(paramLabel = "PROMPT", arity = "0..1", description = "The prompt; default '${DEFAULT-VALUE}'.")
    private String prompt = "Once upon a time";

    @Option(names = "--seeds", paramLabel = "N", description = "How many seeds, from 0 on; default ${DEFAULT-VALUE}.")
    private int seeds = SeedSuite.SEEDS;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Tokens of each answer; default ${DEFAULT-VALUE}.")
    private int maxTokens = 32;

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (seeds < 2) {
            throw new IllegalArgumentException("--seeds is " + seeds + ": it takes 2 or more to see that they matter");
        }
        try (Departure departure = Departure.watch();
                Engines engines = Engines.open(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            Engines.Audit audit = engines.audit(prompt, maxTokens, seeds);
            SeedSuite.Result result = audit.result();
            if (json) {
                lines(audit).forEach(terminal::println);
            } else {
                text(audit, engines.replicas())
                        .forEach(paragraph -> Paragraph.of("", paragraph, WIDTH).forEach(terminal::println));
            }
            return (result.isGood() ? ExitCode.OK : ExitCode.ANSWERS_DIFFER).number();
        }
    }

    private List<String> text(Engines.Audit audit, List<ReplicaSpec> replicas) {
        SeedSuite.Result result = audit.result();
        List<String> paragraphs = new ArrayList<>();
        paragraphs.add(seeds + " seeds and one greedy answer, twice on "
                + (replicas.size() == 1 ? "1 replica" : "each of " + replicas.size() + " replicas") + ": "
                + result.answers() + " answers, " + result.distinct() + " different texts for the seeds.");
        paragraphs.add(audit.whyNoLevel()
                .map(why -> "Asked at best effort, where other streams and the cache may change answers: " + why)
                .orElse("Asked at the levels SEEDED and GREEDY, each task alone on its replica."));
        if (result.distinct() < 2) {
            paragraphs.add("All seeds gave the same text: the engine ignores them, or the prompt leaves no choice.");
        }
        List<Difference> differences = result.differences();
        if (differences.isEmpty()) {
            paragraphs.add("What should be equal is equal, byte for byte.");
        }
        differences.subList(0, Math.min(MOST_SHOWN, differences.size())).forEach(each -> paragraphs.add(each.told()));
        if (differences.size() > MOST_SHOWN) {
            paragraphs.add("And " + (differences.size() - MOST_SHOWN) + " more differ.");
        }
        if (!result.apart().isEmpty()) {
            paragraphs.add((differences.isEmpty() ? "Yet the fingerprints differ, of " : "The fingerprints differ, of ")
                    + String.join("; of ", result.apart()) + ".");
        }
        return paragraphs;
    }

    private static List<String> lines(Engines.Audit audit) {
        SeedSuite.Result result = audit.result();
        List<String> lines = new ArrayList<>();
        result.differences()
                .forEach(each -> lines.add(JsonLine.of(line -> line.put("what", each.what())
                        .put("first", each.first().toString())
                        .put("other", each.other().toString())
                        .put("piece", each.piece())
                        .strings("changed", each.changed()))));
        lines.add(JsonLine.of(line -> line.put("answers", result.answers())
                .put("distinct", result.distinct())
                .put("differences", result.differences().size())
                .strings("apart", result.apart())
                .put("level", audit.whyNoLevel().isEmpty() ? "SEEDED" : "BEST_EFFORT")
                .putKnown("why_no_level", audit.whyNoLevel().orElse(""))
                .put("good", result.isGood())));
        return lines;
    }
}
