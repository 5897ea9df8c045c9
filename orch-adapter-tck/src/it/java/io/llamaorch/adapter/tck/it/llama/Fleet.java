package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.ReplicaExplanation;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Some real servers and one host before them, whose replicas r0, r1, … they are. Closing it closes the host and then
 * the servers.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Fleet implements AutoCloseable {
    static final String POOL = ReplicaSpec.DEFAULT_POOL;

    /** Every prompt ends so, which makes {@link BigramModel#plain}'s story the answer to each. */
    private static final String LAST_WORD = "time";

    private final Supplier<LlamaServerBuilder> kind;
    private final Function<String, Map<String, String>> options;
    private final FleetRecord record = new FleetRecord();
    private final AdapterHost host;
    private final Map<String, LlamaServer> servers = new TreeMap<>();

    private Fleet(
            Supplier<LlamaServerBuilder> kind,
            Function<String, Map<String, String>> options,
            UnaryOperator<AdapterHost.Builder> policies) {
        this.kind = kind;
        this.options = options;
        this.host = policies.apply(
                        AdapterHost.builder(AdapterRegistry.discover()).listener(record))
                .build();
    }

    /**
     * Starts servers and binds them, and blocks until the host knows the slots of each.
     *
     * @param size how many
     * @param kind describes one
     * @param options the adapter's, for a replica's id
     * @param policies the host's
     */
    static Fleet start(
            int size,
            Supplier<LlamaServerBuilder> kind,
            Function<String, Map<String, String>> options,
            UnaryOperator<AdapterHost.Builder> policies)
            throws IOException, InterruptedException {
        Fleet fleet = new Fleet(kind, options, policies);
        boolean started = false;
        try {
            for (int i = 0; i < size; i++) {
                LlamaServer server = kind.get().start();
                fleet.servers.put("r" + i, server);
                fleet.host.bind(fleet.spec("r" + i, server));
            }
            fleet.awaitPlaces();
            started = true;
            return fleet;
        } finally {
            if (!started) {
                fleet.close();
            }
        }
    }

    AdapterHost host() {
        return host;
    }

    FleetRecord record() {
        return record;
    }

    LlamaServer server(String replica) {
        return servers.get(replica);
    }

    Map<String, LlamaServer> servers() {
        return Map.copyOf(servers);
    }

    /** What is bound when this server is the replica. */
    ReplicaSpec spec(String replica, LlamaServer server) {
        ReplicaSpec.Builder spec = ReplicaSpec.builder("llamacpp")
                .replica(replica)
                .url(server.url().toString());
        options.apply(replica).forEach(spec::option);
        return spec.build();
    }

    /** Starts a server of the same kind that takes over a replica's name, and closes the old one; binds nothing. */
    LlamaServer replace(String replica, LlamaServer by) throws IOException {
        LlamaServer old = servers.put(replica, by);
        old.close();
        return old;
    }

    /** Another server of the same kind, on a port of its own. */
    LlamaServer another() throws IOException, InterruptedException {
        return kind.get().start();
    }

    /** Starts a server again where the replica's was, which must have ended; the host is told nothing. */
    LlamaServer restart(String replica) throws IOException, InterruptedException {
        LlamaServer again = kind.get().port(server(replica).url().getPort()).start();
        replace(replica, again);
        return again;
    }

    /** How the host's choice sees each replica now, by id; what drains is left out. */
    Map<String, ReplicaExplanation> explained() {
        Map<String, ReplicaExplanation> byId = new LinkedHashMap<>();
        for (ReplicaExplanation replica : host.explain(POOL).replicas()) {
            byId.putIfAbsent(replica.status().replica(), replica);
        }
        return byId;
    }

    /** Waits until every replica has a free place for each slot that there is. */
    void awaitPlaces() {
        Patience.await(
                "the host knows the slots of all replicas, and all are free",
                () -> explained().values().stream()
                        .map(ReplicaExplanation::places)
                        .allMatch(places -> places.share() > 1 && places.free() == places.share()));
    }

    FleetTask submit(TaskRequest request) {
        return FleetTask.submit(host, request);
    }

    /** Waits until all are over, and the host has told so. */
    void awaitOver(List<FleetTask> tasks, int told) {
        Runs.await(CompletableFuture.allOf(tasks.stream().map(FleetTask::over).toArray(CompletableFuture[]::new)));
        Patience.await(told + " tasks are told to be over", () -> record.over() == told);
    }

    /** A task whose prompt is short and no other's. */
    static TaskRequest.Builder brief(String name, int tokens) {
        return Runs.greedy(name + " this " + LAST_WORD, tokens).jobId(name);
    }

    /** A task whose prompt has some seven tokens for each word. */
    static TaskRequest.Builder wordy(String name, int words, int tokens) {
        return Runs.greedy(name + " " + "word ".repeat(words) + LAST_WORD, tokens)
                .jobId(name);
    }

    /** So many tokens of the story that all tasks are told. */
    static String story(int tokens) {
        return Stories.told(tokens);
    }

    @Override
    public void close() throws IOException {
        host.close();
        IOException failure = null;
        for (LlamaServer server : servers.values()) {
            try {
                server.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
