package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch properties}. */
@Command(name = "properties", description = "Shows what each engine tells about itself; wakes no sleeping engine.")
final class PropertiesCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    PropertiesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Departure departure = Departure.watch();
                Engines engines = Engines.open(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            ExitCode exitCode = ExitCode.OK;
            for (Engines.Answer<ReplicaResult<WorkerProperties>> answer : engines.properties()) {
                ExitCode shown = show(answer);
                exitCode = exitCode == ExitCode.OK ? shown : exitCode;
            }
            return exitCode.number();
        }
    }

    /** One that does not answer hides no other. */
    private ExitCode show(Engines.Answer<ReplicaResult<WorkerProperties>> answer) {
        if (answer.value() instanceof ReplicaResult.Failed<WorkerProperties> failed) {
            terminal.tell(failed.error());
            return ExitCode.of(failed.error().code());
        }
        if (answer.value() instanceof ReplicaResult.Known<WorkerProperties> known) {
            if (json) {
                terminal.println(line(answer, known.value()));
            } else {
                table(answer.spec(), known.value()).lines().forEach(terminal::println);
            }
        }
        return ExitCode.OK;
    }

    private static Table table(ReplicaSpec spec, WorkerProperties properties) {
        Table table = new Table(spec.pool() + "/" + spec.replica(), spec.engine());
        properties.engineVersion().ifPresent(version -> table.row("  version", version));
        if (!properties.modelNames().isEmpty()) {
            table.row("  model", String.join(", ", properties.modelNames()));
        }
        properties.modelDigest().ifPresent(digest -> table.row("  digest", digest));
        number(table, "  slots", properties.slots());
        number(table, "  free slots", properties.freeSlots());
        number(table, "  context", properties.contextLength());
        if (!properties.modalities().isEmpty()) {
            table.row("  modalities", String.join(", ", properties.modalities()));
        }
        if (!properties.features().isEmpty()) {
            table.row("  features", String.join(", ", properties.features()));
        }
        return table;
    }

    private static void number(Table table, String name, OptionalInt value) {
        value.ifPresent(known -> table.row(name, Integer.toString(known)));
    }

    private static String line(Engines.Answer<?> answer, WorkerProperties properties) {
        return JsonLine.of(line -> {
            answer.name(line);
            line.put("version", properties.engineVersion()).put("model", properties.model());
            line.strings("models", properties.modelNames()).put("digest", properties.modelDigest());
            line.put("slots", properties.slots()).put("free_slots", properties.freeSlots());
            line.put("context", properties.contextLength());
            line.strings("modalities", properties.modalities()).strings("features", properties.features());
        });
    }
}
