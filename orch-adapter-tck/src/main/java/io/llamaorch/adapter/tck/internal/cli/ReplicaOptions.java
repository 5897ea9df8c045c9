package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.EnvironmentBindings;
import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which engine to talk to; without a URL the environment says it. */
final class ReplicaOptions {

    /** The engine whose dialect the scripted engine speaks, and what a URL leads to unless it is said. */
    static final String DEFAULT_ENGINE = "llamacpp";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Where the engine is; repeated, the replicas of one pool. Without it: ORCHD_<ENGINE>_URL.")
    private List<String> urls = new ArrayList<>();

    @Option(
            names = "--replicas",
            paramLabel = "FILE",
            description = "A JSON file of replicas, see docs/configuration.md; not together with --url.")
    private @Nullable Path file;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "The engine, as 'orch adapters' lists it; with --url, " + DEFAULT_ENGINE + " unless given.")
    private @Nullable String engine;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Holds the token for the engine; read again when it changes.")
    private @Nullable Path tokenFile;

    @Mixin
    private final PluginOptions pluginOptions = new PluginOptions();

    @Option(names = "--pool", paramLabel = "NAME", description = "The pool; without it default, or the only one.")
    private @Nullable String pool;

    @Option(
            names = "--option",
            paramLabel = "NAME=VALUE",
            description = "An option of the adapter, such as idle-timeout=5s; may be repeated.")
    private Map<String, String> options = new LinkedHashMap<>();

    /** Finds all adapters, those of plugin folders included. */
    AdapterRegistry discover() {
        return pluginOptions.discover();
    }

    Optional<String> pool() {
        return Optional.ofNullable(pool);
    }

    /**
     * Says what to bind: what the URLs name, else what the file or the environment names, else an engine that was asked
     * for and may need no URL.
     *
     * @param environment the process's
     * @param engines those that there are adapters for
     * @return the replicas; empty if no engine is configured
     */
    List<ReplicaSpec> replicas(Map<String, String> environment, Set<String> engines) {
        if (file != null && !urls.isEmpty()) {
            throw new IllegalArgumentException("--replicas and --url both say where the engines are: keep one");
        }
        List<ReplicaSpec> replicas = new ArrayList<>();
        for (String url : urls) {
            replicas.add(at(url, replicas.size()));
        }
        if (replicas.isEmpty()) {
            List<ReplicaSpec> described = file == null ? EnvironmentBindings.read(environment, engines) : read(file);
            described.stream()
                    .filter(spec -> engine == null || engine.equals(spec.engine()))
                    .map(spec -> withTokenAndOptions(spec.toBuilder()).build())
                    .forEach(replicas::add);
        }
        if (replicas.isEmpty() && file != null) {
            throw new IllegalArgumentException("file " + file + " describes no replica"
                    + (engine == null ? "" : " of engine '" + engine + "'")
                    + " that takes work: add one, or let one that drains come back ('orch drain --undo')");
        }
        if (replicas.isEmpty() && engine != null && !engine.equals(DEFAULT_ENGINE)) {
            replicas.add(common(ReplicaSpec.builder(engine)).build());
        }
        return List.copyOf(replicas);
    }

    private static List<ReplicaSpec> read(Path file) {
        try {
            return ReplicaSource.file(file).read();
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** {@return the replica at a URL, with all that the other options say} */
    ReplicaSpec at(String url, int number) {
        String name = engine == null ? DEFAULT_ENGINE : engine;
        return common(ReplicaSpec.builder(name).replica("r" + number).url(url)).build();
    }

    private ReplicaSpec.Builder common(ReplicaSpec.Builder builder) {
        pool().ifPresent(builder::pool);
        return withTokenAndOptions(builder);
    }

    private ReplicaSpec.Builder withTokenAndOptions(ReplicaSpec.Builder builder) {
        if (tokenFile != null) {
            builder.token(EnvironmentBindings.tokenFile(tokenFile));
        }
        options.forEach(builder::option);
        return builder;
    }
}
