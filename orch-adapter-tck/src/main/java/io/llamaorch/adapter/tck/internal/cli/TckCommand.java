package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.EnvironmentBindings;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.internal.kit.OptionedFactory;
import io.llamaorch.adapter.tck.internal.live.LiveHarness;
import io.llamaorch.adapter.tck.internal.mock.MockAdapterFactory;
import io.llamaorch.adapter.tck.internal.mock.MockHarness;
import io.llamaorch.adapter.tck.internal.report.Baseline;
import io.llamaorch.adapter.tck.internal.report.ConformanceReport;
import io.llamaorch.adapter.tck.internal.report.Finding;
import io.llamaorch.adapter.tck.internal.report.KitRun;
import io.llamaorch.adapter.tck.internal.report.ReportForm;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code orch tck}: the conformance kit on any adapter that is found. */
@Command(
        name = "tck",
        description =
                "Holds an adapter to the rules, with an engine of the kit's own that does wrong what it is told to,"
                        + " or with a real one.")
final class TckCommand implements Callable<Integer> {

    /** The scripted engine's server complains of what tests do on purpose; kept, for a level lasts as long as its logger. */
    private static final Logger SERVER_LOG = Logger.getLogger("mockwebserver3.MockWebServer");

    private final Terminal terminal;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "The adapter's engine, as 'orch adapters' lists it; default ${DEFAULT-VALUE}.")
    private String engine = ReplicaOptions.DEFAULT_ENGINE;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "A real engine: every rule is tested that needs no fault. Without it the kit's own engine.")
    private @Nullable String url;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            converter = EngineCommand.DialectConverter.class,
            description = "The protocol of the engine: llama.cpp, llama.cpp-2024 or openai; default llama.cpp.")
    private EngineDialect dialect = EngineDialect.LLAMA_CPP;

    @Option(names = "--hosted", description = "Tests the streams that a host delivers which the adapter is bound to.")
    private boolean hosted;

    @Option(
            names = "--only",
            paramLabel = "RULE",
            description = "A rule's id, such as EVT-05, or a group, such as EVT; may be repeated.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "Failures that are known, a line for each; what passes all the same fails the run.")
    private @Nullable Path baselineFile;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "A folder for the report as text, JSON, JUnit XML and one HTML page.")
    private @Nullable Path reportFolder;

    @Option(
            names = "--time-factor",
            paramLabel = "F",
            description = "Scales all waits: 2 for a machine that is half as fast; default 1.")
    private @Nullable Double timeFactor;

    @Option(names = "--json", description = "Writes the report as one JSON object, and nothing else.")
    private boolean json;

    @Option(
            names = "--option",
            paramLabel = "NAME=VALUE",
            description = "An option of the adapter, for every test; may be repeated.")
    private Map<String, String> options = new LinkedHashMap<>();

    @Option(names = "--token-file", paramLabel = "FILE", description = "Holds the token for the real engine.")
    private @Nullable Path tokenFile;

    @Mixin
    private final PluginOptions pluginOptions = new PluginOptions();

    TckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        SERVER_LOG.setLevel(Level.OFF);
        Baseline baseline = baselineFile == null ? Baseline.none() : Baseline.read(baselineFile);
        AdapterRegistry registry = pluginOptions.discover();
        AdapterFactory factory = registry.factory(engine);
        AdapterHarness harness = harness(factory);
        String before = System.getProperty(Patience.FACTOR_PROPERTY);
        if (timeFactor != null) {
            System.setProperty(Patience.FACTOR_PROPERTY, Double.toString(timeFactor));
        }
        try {
            Patience.mustHappen(); // complains of a factor that is none
            return run(hosted ? harness.hosted() : harness, factory.descriptor(), baseline)
                    .number();
        } finally {
            if (before == null) {
                System.clearProperty(Patience.FACTOR_PROPERTY);
            } else {
                System.setProperty(Patience.FACTOR_PROPERTY, before);
            }
        }
    }

    private AdapterHarness harness(AdapterFactory factory) {
        AdapterFactory configured = options.isEmpty() ? factory : new OptionedFactory(factory, options);
        if (url != null) {
            Optional<Secret> token = Optional.ofNullable(tokenFile).map(EnvironmentBindings::tokenFile);
            return new LiveHarness(configured, URI.create(url), token, dialect);
        }
        if (tokenFile != null) {
            throw new IllegalArgumentException("--token-file is for a real engine: give its --url too");
        }
        return engine.equals(MockAdapterFactory.ENGINE) && options.isEmpty()
                ? new MockHarness()
                : AdapterHarness.http(configured, dialect);
    }

    private ExitCode run(AdapterHarness harness, AdapterDescriptor adapter, Baseline baseline) {
        TckProgress progress = new TckProgress(terminal, json);
        long begun = System.nanoTime();
        List<Finding> found = KitRun.of(harness, this::isWanted, progress);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        progress.over();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no rule that the kit tests is meant by --only "
                    + String.join(", ", only) + ": give an id, such as EVT-05, or a group, such as EVT");
        }
        List<String> unknown = only.isEmpty() ? baseline.unknown(found) : List.of();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("baseline " + baselineFile + " names what the kit does not test: "
                    + String.join(", ", unknown) + "; take these lines out");
        }
        ConformanceReport report = ConformanceReport.of(subject(adapter), baseline.applyTo(found), took);
        tell(report);
        return report.isGood() ? ExitCode.OK : ExitCode.RULES_BROKEN;
    }

    private boolean isWanted(String rule) {
        return only.isEmpty()
                || only.stream()
                        .anyMatch(each -> rule.equalsIgnoreCase(each)
                                || rule.regionMatches(true, 0, each + "-", 0, each.length() + 1));
    }

    private Map<String, String> subject(AdapterDescriptor adapter) {
        Map<String, String> subject = new LinkedHashMap<>();
        subject.put("adapter", adapter.name() + " " + adapter.version());
        subject.put("engine", engine + (hosted ? ", behind a host" : ""));
        subject.put(
                "tested with",
                url != null
                        ? "a real engine at " + url
                        : engine.equals(MockAdapterFactory.ENGINE)
                                ? "the mock engine"
                                : "the scripted engine, which speaks " + EngineCommand.name(dialect));
        return subject;
    }

    private void tell(ConformanceReport report) {
        if (json) {
            terminal.print(ReportForm.JSON.write(report));
        } else {
            TckProgress.stories(report).forEach(terminal::println);
            terminal.println(report.summary());
        }
        if (reportFolder != null) {
            List<Path> files = ReportForm.writeAll(report, reportFolder);
            if (!json) {
                terminal.println("report: " + files.get(files.size() - 1));
            }
        }
    }
}
