package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code orch drain}: tells the hosts that follow a file of replicas to let one of them drain (LIF-03). */
@Command(
        name = "drain",
        description = "Marks a replica in a file of replicas: hosts that follow the file send it no new work, and let"
                + " what runs on it end. Nothing else in the file changes.")
final class DrainCommand implements Callable<Integer> {

    private static final int WIDTH = 80;
    private static final int MOST_NAMES = 20;

    private final Terminal terminal;

    @Parameters(paramLabel = "POOL/REPLICA", description = "The replica, such as default/r0.")
    private String name = "";

    @Option(
            names = "--replicas",
            required = true,
            paramLabel = "FILE",
            description = "The JSON file that the hosts follow, see docs/configuration.md.")
    private Path file = Path.of("");

    @Option(names = "--undo", description = "Takes the mark away, so that hosts bind the replica again.")
    private boolean undo;

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    DrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ReplicaFile described = ReplicaFile.read(file);
        List<ReplicaSpec> replicas = described.replicas();
        int replica = find(replicas);
        DrainMarks before = DrainMarks.of(described.text());
        DrainMarks after = before.with(replica, !undo);
        boolean changed = !after.text().equals(before.text());
        if (changed) {
            described.replace(after.text());
        }
        String pool = replicas.get(replica).pool();
        int left = (int) IntStream.range(0, replicas.size())
                .filter(i -> replicas.get(i).pool().equals(pool) && !after.at(i))
                .count();
        if (json) {
            terminal.println(line(replicas.get(replica), changed, left));
        } else {
            text(replicas.get(replica), changed, left)
                    .forEach(paragraph -> Paragraph.of("", paragraph, WIDTH).forEach(terminal::println));
        }
        return ExitCode.OK.number();
    }

    private int find(List<ReplicaSpec> replicas) {
        List<String> names = replicas.stream().map(DrainCommand::name).toList();
        int found = names.indexOf(name);
        if (found < 0) {
            throw new WorkerException(WorkerError.of(ErrorCode.NOT_FOUND, unknown(names)));
        }
        if (found != names.lastIndexOf(name)) {
            throw new IllegalArgumentException("two replicas of file " + file + " are '" + name
                    + "', for there is a slash in a name of theirs: give one of them another name");
        }
        return found;
    }

    private String unknown(List<String> names) {
        if (names.isEmpty()) {
            return "there is no replica '" + name + "' in file " + file + ": it describes none";
        }
        Optional<String> near = names.stream()
                .filter(known -> known.endsWith("/" + name))
                .findFirst()
                .or(() -> NearestName.of(name, names));
        int more = names.size() - MOST_NAMES;
        return "there is no replica '" + name + "' in file " + file + ", only "
                + String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)))
                + (more > 0 ? " and " + more + " more" : "")
                + near.map(known -> "; did you mean '" + known + "'?").orElse("");
    }

    private List<String> text(ReplicaSpec spec, boolean changed, int left) {
        if (!changed) {
            return List.of(name + (undo ? " is not marked to drain" : " is marked to drain already")
                    + ": nothing was changed.");
        }
        String place = ", at " + spec.origin().orElse("its place") + " of " + file + ".";
        String look = ", which comes within " + ReplicaSource.FILE_INTERVAL.toSeconds()
                + " s unless they were told otherwise. ";
        if (undo) {
            return List.of(
                    name + " is not marked to drain any more" + place,
                    "Hosts that follow this file bind it again at their next look" + look);
        }
        return List.of(
                name + " is marked to drain" + place,
                "Hosts that follow this file send it no new work from their next look on" + look
                        + "What runs on it then has " + AdapterHost.DRAIN_LIMIT.toSeconds()
                        + " s to end, unless a host has another drain limit.",
                left == 0
                        ? "No other replica of pool " + spec.pool()
                                + " is left in this file: tasks for it fail in a host that"
                                + " has none from elsewhere."
                        : "Replicas left in pool " + spec.pool() + ": " + left + ".");
    }

    private String line(ReplicaSpec spec, boolean changed, int left) {
        return JsonLine.of(line -> line.put("pool", spec.pool())
                .put("replica", spec.replica())
                .put("engine", spec.engine())
                .put("drain", !undo)
                .put("changed", changed)
                .put("left", left));
    }

    private static String name(ReplicaSpec spec) {
        return spec.pool() + "/" + spec.replica();
    }
}
