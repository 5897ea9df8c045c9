package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveryReport;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch adapters}: what was found, and what is wrong with it. */
@Command(name = "adapters", description = "Lists the adapters that were found, from where, and why one was rejected.")
final class AdaptersCommand implements Callable<Integer> {

    private static final int WIDTH = 80;

    private final Terminal terminal;

    @Mixin
    private final PluginOptions pluginOptions = new PluginOptions();

    @Option(names = "--json", description = "Writes a JSON object a line.")
    private boolean json;

    AdaptersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        DiscoveryReport report = pluginOptions.discover().report();
        lines(report, json).forEach(terminal::println);
        return (report.rejected().isEmpty() ? ExitCode.OK : ExitCode.ADAPTER_REJECTED).number();
    }

    static List<String> lines(DiscoveryReport report, boolean json) {
        if (json) {
            return report.adapters().stream().map(AdaptersCommand::line).toList();
        }
        Table table = new Table("ENGINE", "VERSION", "VERDICT", "LAYER", "JAR");
        for (DiscoveredAdapter adapter : report.adapters()) {
            DiscoveredAdapter.Origin origin = adapter.origin();
            table.row(
                    known(adapter.engine()),
                    adapter.version(),
                    adapter.verdict().name(),
                    origin.layer(),
                    fileName(path(origin.location())));
        }
        List<String> lines = new ArrayList<>(table.lines(WIDTH));
        report.adapters().stream()
                .filter(adapter -> !adapter.reason().isEmpty())
                .forEach(adapter -> lines.addAll(explained(adapter)));
        return lines;
    }

    private static List<String> explained(DiscoveredAdapter adapter) {
        DiscoveredAdapter.Origin origin = adapter.origin();
        List<String> lines = new ArrayList<>();
        String name = adapter.engine().isEmpty() ? adapter.provider() : adapter.engine();
        String place = path(origin.location());
        lines.add("");
        lines.addAll(Paragraph.of(
                "",
                adapter.verdict()
                        + (name.isEmpty() ? "" : " " + name)
                        + (origin.module().isEmpty() ? "" : ", module " + origin.module())
                        + (place.isEmpty() ? "" : ", " + place),
                WIDTH));
        lines.addAll(Paragraph.of("  why: ", adapter.reason(), WIDTH));
        if (!adapter.remedy().isEmpty()) {
            lines.addAll(Paragraph.of("  do:  ", adapter.remedy(), WIDTH));
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

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
