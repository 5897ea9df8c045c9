package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One answer on its way from the engine to the emitter, as the adapter sees it. */
final class MockGeneration implements MockClient {

    private final TokenEmitter emitter;
    private final MockEngine engine;
    private final TimeSource time;
    private final Runnable heard;
    private final MockTask task;
    private final MockRedaction redaction;
    private final Fingerprint fingerprint;
    private final MockVoices voices;
    private int promptTokens;

    private MockGeneration(
            TaskRequest request,
            String prompt,
            TokenEmitter emitter,
            MockEngine engine,
            AdapterConfig config,
            Runnable heard) {
        this.emitter = emitter;
        this.engine = engine;
        this.time = config.timeSource();
        this.heard = heard;
        fingerprint = MockLevel.fingerprint(request);
        redaction = new MockRedaction(config.token());
        voices = new MockVoices(emitter);
        task = new MockTask(engine, request, prompt, this, config.deliveryExecutor(), time);
    }

    /** Begins one; whoever ended the stream before finds that the engine never sees its task. */
    static void begin(
            TaskRequest request,
            String prompt,
            TokenEmitter emitter,
            MockEngine engine,
            AdapterConfig config,
            Runnable heard) {
        MockGeneration generation = new MockGeneration(request, prompt, emitter, engine, config, heard);
        emitter.onDemand(generation.task::demand);
        emitter.onCancel(generation::letGo);
        engine.accept(generation.task, config.token());
    }

    @Override
    public boolean started(int tokensOfPrompt) {
        heard.run();
        promptTokens = tokensOfPrompt;
        emitter.usage(promptTokens, 0, 0);
        return emitter.started(
                MockEngine.MODEL,
                StartDetails.builder()
                        .engineVersion(MockAdapterFactory.version())
                        .fingerprint(fingerprint)
                        .build());
    }

    @Override
    public boolean generated(String text, int tokens) {
        heard.run();
        emitter.usage(promptTokens, 0, tokens);
        return text.isEmpty() || voices.hear(text);
    }

    @Override
    public void ended(MockAnswer answer) {
        EndDetails.Builder details = EndDetails.builder().slot(answer.slot()).fingerprint(fingerprint);
        if (!answer.stopString().isEmpty()) {
            details.stopString(answer.stopString());
        }
        emitter.end(answer.reason(), answer.timings(), details.build());
    }

    @Override
    public void failed(WorkerError error) {
        emitter.error(redaction.of(error));
    }

    private CompletionStage<CancelReceipt> letGo(CancelCause cause) {
        long began = time.nanoTime();
        return CompletableFuture.completedStage(
                engine.leave(task)
                        ? CancelReceipt.slotFree(Duration.ofNanos(time.nanoTime() - began))
                        : CancelReceipt.unconfirmed("the mock engine goes on although its client left, as it was told"
                                + " with the fault ignore-disconnect"));
    }
}
