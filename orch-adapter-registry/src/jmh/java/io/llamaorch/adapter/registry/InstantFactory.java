package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Makes adapters without an engine; without more being said they answer each task with one token at once. */
public final class InstantFactory implements AdapterFactory {

    /** The engine's name. */
    public static final String ENGINE = "instant";

    private final Consumer<TokenEmitter> script;

    /** Makes adapters that answer before {@code submit} returns. */
    public InstantFactory() {
        this(InstantFactory::answer);
    }

    /**
     * Makes adapters that do something else.
     *
     * @param script what becomes of each task
     */
    public InstantFactory(Consumer<TokenEmitter> script) {
        this.script = script;
    }

    /**
     * Answers.
     *
     * @param emitter the stream's end that is fed
     */
    public static void answer(TokenEmitter emitter) {
        emitter.started("m", StartDetails.NONE);
        emitter.token("word");
        emitter.usage(1, 0, 1);
        emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
    }

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public AdapterDescriptor descriptor() {
        return AdapterDescriptor.builder("Instant", "1", AdapterDescriptor.SPI_GENERATION)
                .build();
    }

    @Override
    public WorkerAdapter create(AdapterConfig config) {
        return new Instant(config);
    }

    private final class Instant implements WorkerAdapter {
        private final RunningStreams streams;

        private Instant(AdapterConfig config) {
            streams = RunningStreams.create(ENGINE, config, StreamLimits.DEFAULT);
        }

        @Override
        public CompletionStage<WorkerHealth> health() {
            return CompletableFuture.completedStage(WorkerHealth.healthy("it answers"));
        }

        @Override
        public CompletionStage<WorkerProperties> properties() {
            return CompletableFuture.completedStage(WorkerProperties.builder().build());
        }

        @Override
        public TokenStream submit(TaskRequest task) {
            return streams.open(task, script);
        }

        @Override
        public Cancellation cancel(String jobId) {
            return streams.cancel(jobId);
        }

        @Override
        public void close() {
            streams.close();
        }
    }
}
