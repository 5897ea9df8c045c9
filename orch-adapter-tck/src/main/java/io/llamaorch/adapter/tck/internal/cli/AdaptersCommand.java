package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveryReport;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code orch adapters}. */
@Command(name = "adapters", description = "Lists the adapters that were found, from where, and why one was rejected.")
final class AdaptersCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    AdaptersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        DiscoveryReport report = AdapterRegistry.discover().report();
        lines(report, json).forEach(terminal::println);
        return (report.rejected().isEmpty() ? ExitCode.OK : ExitCode.ADAPTER_REJECTED).number();
    }

    static List<String> lines(DiscoveryReport report, boolean json) {
        if (json) {
            return report.adapters().stream().map(AdaptersCommand::line).toList();
        }
        Table table = new Table("ENGINE", "VERSION", "VERDICT", "MODULE", "JAR");
        for (DiscoveredAdapter adapter : report.adapters()) {
            DiscoveredAdapter.Origin origin = adapter.origin();
            String verdict = adapter.verdict().name();
            table.row(known(adapter.engine()), adapter.version(), verdict, origin.module(), path(origin.location()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        for (DiscoveredAdapter adapter : report.rejected()) {
            String name = adapter.engine().isEmpty() ? known(adapter.provider()) : adapter.engine();
            lines.add(name + " was rejected: " + adapter.reason() + "; " + adapter.remedy());
        }
        return lines;
    }

    private static String line(DiscoveredAdapter adapter) {
        DiscoveredAdapter.Origin origin = adapter.origin();
        return JsonLine.of(line -> line.putKnown("engine", adapter.engine())
                .putKnown("version", adapter.version())
                .put("verdict", adapter.verdict().name())
                .putKnown("provider", adapter.provider())
                .putKnown("module", origin.module())
                .putKnown("layer", origin.layer())
                .putKnown("location", origin.location())
                .putKnown("reason", adapter.reason())
                .putKnown("remedy", adapter.remedy()));
    }

    private static String known(String name) {
        return name.isEmpty() ? "?" : name;
    }

    /** The location as people write it, where it is a file. */
    private static String path(String location) {
        return location.startsWith("file:") ? Path.of(URI.create(location)).toString() : location;
    }
}
