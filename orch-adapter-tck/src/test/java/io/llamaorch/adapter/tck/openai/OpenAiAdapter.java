package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An adapter to one server: each task has a connection and a thread of its own. */
final class OpenAiAdapter implements WorkerAdapter {

    private final Engine engine;
    private final RunningStreams streams;

    OpenAiAdapter(AdapterConfig config, OptionValues options) {
        engine = new Engine(config, options);
        streams = RunningStreams.create(OpenAiAdapterFactory.ENGINE, config, StreamLimits.from(options));
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return streams.open(task, emitter -> begin(task, emitter));
    }

    private void begin(TaskRequest task, TokenEmitter emitter) {
        CompletionRun run = new CompletionRun(engine, new CompletionRequest(task), emitter);
        emitter.onCancel(cause -> CompletableFuture.completedStage(run.cut()));
        Engine.start("openai-" + task.jobId(), run);
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return engine.health();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return engine.properties();
    }

    @Override
    public void close() {
        streams.close();
        engine.close();
    }
}
