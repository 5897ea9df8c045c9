package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.PoolExplanation;
import io.llamaorch.adapter.registry.ReplicaExplanation;
import io.llamaorch.adapter.registry.ReplicaPlaces;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch explain} (DSP-08). */
@Command(
        name = "explain",
        description = "Says of each pool what would become of a task now, and why; looks at each replica once and"
                + " submits nothing.")
final class ExplainCommand implements Callable<Integer> {

    private static final int WIDTH = 80;

    /** What is left of a line is for the reasons. */
    private static final int WIDTH_OF_TABLE = 48;

    /** What a prompt says decides nothing. */
    private static final String PROMPT = "any";

    private final Terminal terminal;

    @Mixin
    private final TaskOptions taskOptions = new TaskOptions();

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object a line, for each pool and for each replica.")
    private boolean json;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        TaskRequest task = taskOptions.task(PROMPT);
        try (Departure departure = Departure.watch();
                Engines engines = Engines.open(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            List<PoolExplanation> pools = engines.explain(task);
            lines(pools, json).forEach(terminal::println);
            return exitCode(pools).number();
        }
    }

    /** That of the first pool which would refuse the task. */
    static ExitCode exitCode(List<PoolExplanation> pools) {
        return pools.stream()
                .flatMap(pool -> pool.refusal().stream())
                .findFirst()
                .map(error -> ExitCode.of(error.code()))
                .orElse(ExitCode.OK);
    }

    static List<String> lines(List<PoolExplanation> pools, boolean json) {
        List<String> lines = new ArrayList<>();
        for (PoolExplanation pool : pools) {
            if (json) {
                lines.add(line(pool));
                pool.replicas().forEach(replica -> lines.add(line(replica)));
            } else {
                if (!lines.isEmpty()) {
                    lines.add("");
                }
                lines.addAll(Paragraph.of("pool " + pool.pool() + ": ", pool.outcome(), WIDTH));
                lines.addAll(table(pool.replicas()));
            }
        }
        return lines;
    }

    /** A table whose last column, the reasons, goes on below itself. */
    private static List<String> table(List<ReplicaExplanation> replicas) {
        Table table = new Table("REPLICA", "VERDICT", "PLACES", "STATE");
        for (ReplicaExplanation replica : replicas) {
            ReplicaPlaces places = replica.places();
            table.row(
                    replica.status().replica(),
                    replica.verdict().name(),
                    places.running() + "/" + places.share(),
                    replica.status().state().name());
        }
        List<String> rows = table.lines(WIDTH_OF_TABLE);
        int width = rows.stream().mapToInt(Table::width).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            String row = rows.get(i) + " ".repeat(width - Table.width(rows.get(i))) + "  ";
            lines.addAll(Paragraph.of(row, i == 0 ? "WHY" : replicas.get(i - 1).why(), WIDTH));
        }
        return lines.stream().map(String::stripTrailing).toList();
    }

    private static String line(PoolExplanation pool) {
        return JsonLine.of(line -> line.put("pool", pool.pool())
                .put("waiting", pool.waiting())
                .put("outcome", pool.outcome())
                .put("code", pool.refusal().map(error -> error.code().name())));
    }

    private static String line(ReplicaExplanation replica) {
        ReplicaPlaces places = replica.places();
        return JsonLine.of(line -> line.put("pool", replica.status().pool())
                .put("replica", replica.status().replica())
                .put("engine", replica.status().engine())
                .put("verdict", replica.verdict().name())
                .put("running", places.running())
                .put("share", places.share())
                .put("quarantined", places.quarantined())
                .put("state", replica.status().state().name())
                .put("why", replica.why()));
    }
}
