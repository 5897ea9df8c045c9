package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.EngineMetrics.Reading;
import io.llamaorch.adapter.spi.EngineMetrics.Snapshot;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch metrics}. */
@Command(
        name = "metrics",
        description = "Reads each engine's own counters once, which resets the rates of some engines.")
final class MetricsCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object a line, one for each reading.")
    private boolean json;

    MetricsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Departure departure = Departure.watch();
                Engines engines = Engines.open(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            ExitCode exitCode = ExitCode.OK;
            boolean shown = false;
            for (Engines.Answer<ReplicaResult<Snapshot>> answer :
                    engines.each(EngineMetrics.class, Capability.ENGINE_METRICS, EngineMetrics::read)) {
                if (answer.value() instanceof ReplicaResult.Failed<Snapshot> failed) {
                    terminal.tell(failed.error());
                    exitCode =
                            exitCode == ExitCode.OK ? ExitCode.of(failed.error().code()) : exitCode;
                } else if (answer.value() instanceof ReplicaResult.Known<Snapshot> known) {
                    show(answer, known.value());
                    shown = true;
                }
            }
            if (shown) {
                terminal.tell("gauges of tokens a second are rates since the reading before, whoever read");
            }
            return exitCode.number();
        }
    }

    private void show(Engines.Answer<?> answer, Snapshot snapshot) {
        if (json) {
            snapshot.readings().forEach(reading -> terminal.println(line(answer, snapshot, reading)));
            return;
        }
        Table table = new Table(
                answer.spec().pool() + "/" + answer.spec().replica(),
                answer.spec().engine(),
                snapshot.at().toString());
        snapshot.readings()
                .forEach(reading -> table.row(
                        "  " + reading.name()
                                + (reading.labels().isEmpty() ? "" : new TreeMap<>(reading.labels()).toString()),
                        reading.kind().name().toLowerCase(Locale.ROOT),
                        number(reading.value())));
        table.lines().forEach(terminal::println);
    }

    /** Without an exponent, and without a fraction where there is none. */
    private static String number(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString()
                : Double.toString(value);
    }

    private static String line(Engines.Answer<?> answer, Snapshot snapshot, Reading reading) {
        return JsonLine.of(line -> {
            answer.name(line);
            line.put("at", snapshot.at().toString()).put("name", reading.name());
            line.put("kind", reading.kind().name());
            if (!reading.labels().isEmpty()) {
                line.object("labels", labels -> new TreeMap<>(reading.labels()).forEach(labels::put));
            }
            line.put("value", reading.value());
        });
    }
}
