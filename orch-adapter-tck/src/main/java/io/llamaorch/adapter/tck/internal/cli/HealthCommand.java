package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerHealth;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch health}. */
@Command(name = "health", description = "Says of each replica whether it takes work; costs no tokens.")
final class HealthCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private final ReplicaOptions replicaOptions = new ReplicaOptions();

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    HealthCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Departure departure = Departure.watch();
                Engines engines = Engines.open(terminal, replicaOptions)) {
            departure.cancels(engines::close);
            List<Engines.Answer<WorkerHealth>> answers = engines.health();
            if (json) {
                answers.forEach(answer -> terminal.println(line(answer)));
            } else {
                table(answers).lines().forEach(terminal::println);
            }
            return exitCode(answers).number();
        }
    }

    private static ExitCode exitCode(List<Engines.Answer<WorkerHealth>> answers) {
        return answers.stream()
                .map(Engines.Answer::value)
                .filter(health -> !health.ready())
                .findFirst()
                .map(health -> ExitCode.of(health.code().orElse(ErrorCode.POOL_UNREADY)))
                .orElse(ExitCode.OK);
    }

    private static Table table(List<Engines.Answer<WorkerHealth>> answers) {
        Table table = new Table("POOL", "REPLICA", "ENGINE", "STATUS", "CODE", "REASON");
        for (Engines.Answer<WorkerHealth> answer : answers) {
            ReplicaSpec spec = answer.spec();
            WorkerHealth health = answer.value();
            String code = health.code().map(Enum::name).orElse("");
            table.row(
                    spec.pool(), spec.replica(), spec.engine(), health.status().name(), code, health.reason());
        }
        return table;
    }

    private static String line(Engines.Answer<WorkerHealth> answer) {
        WorkerHealth health = answer.value();
        return JsonLine.of(line -> {
            answer.name(line);
            line.put("status", health.status().name())
                    .put("live", health.live())
                    .put("ready", health.ready());
            line.put("code", health.code().map(Enum::name)).put("reason", health.reason());
            health.retryAfter().ifPresent(wait -> line.put("retry_after_ms", wait.toMillis()));
        });
    }
}
