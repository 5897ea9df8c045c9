package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Runs one task after another, each as the adapter would, on whatever transport it is given. */
final class Trial implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final EngineFacts FACTS =
            EngineFacts.read("{\"build_info\":\"v1\",\"model_alias\":\"m\"}".getBytes(StandardCharsets.UTF_8));
    private static final TaskRequest TASK =
            TaskRequest.builder("Once").jobId("job-1").build();

    private final ManualTime time = new ManualTime();
    private final Failures failures = new Failures("http://engine", Optional.empty());
    private final LastBytes lastBytes = new LastBytes(time, LIMIT);
    private final RunningStreams streams = RunningStreams.create(
            "llamacpp",
            AdapterConfig.builder()
                    .timeSource(time)
                    .deliveryExecutor(Runnable::run)
                    .build(),
            StreamLimits.DEFAULT);

    ManualTime time() {
        return time;
    }

    /** The small questions over this transport. */
    EngineQueries queries(Transport transport) {
        return new EngineQueries(transport, Optional.empty(), failures, LIMIT, LIMIT);
    }

    /** Begins a stream of an engine that is known already. */
    HeardLines begin(Transport transport) {
        return begin(transport, true);
    }

    /** Begins a stream; an engine that is not known yet is asked beside it. */
    HeardLines begin(Transport transport, boolean known) {
        return begin(transport, known, TASK);
    }

    /** The same for another task than the usual one. */
    HeardLines begin(Transport transport, boolean known, TaskRequest task) {
        EngineQueries queries = queries(transport);
        KnownFacts facts = new KnownFacts(queries, time);
        if (known) {
            facts.learn(FACTS);
        }
        Engine engine = new Engine(
                transport,
                queries,
                facts,
                failures,
                lastBytes,
                new CancelProofs(queries, facts, time),
                Engines.ledger(time, facts),
                time,
                false);
        return HeardLines.all(streams.open(task, emitter -> CompletionRun.begin(task, emitter, engine)));
    }

    @Override
    public void close() {
        streams.close();
    }
}
