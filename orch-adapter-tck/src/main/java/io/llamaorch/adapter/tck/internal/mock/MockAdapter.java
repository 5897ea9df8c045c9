package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.List;
import java.util.StringTokenizer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An adapter without an engine. It has no thread, no socket and no state but its running streams; all of its time is
 * the configuration's.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockAdapter implements WorkerAdapter {

    static final String MODEL = "mock-1";

    private final AdapterConfig config;
    private final MockOptions options;
    private final RunningStreams streams;

    MockAdapter(AdapterConfig config, MockOptions options) {
        this.config = config;
        this.options = options;
        this.streams = RunningStreams.create(MockAdapterFactory.ENGINE, config, options.limits());
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return answer(WorkerHealth.healthy("the mock is always there"));
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return answer(WorkerProperties.builder()
                .engineVersion(MockAdapterFactory.version())
                .modelNames(List.of(MODEL))
                .slots(options.slots())
                .freeSlots(Math.max(0, options.slots() - streams.count()))
                .build());
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return streams.open(task, emitter -> begin(task, emitter));
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public void close() {
        streams.close();
    }

    private void begin(TaskRequest task, TokenEmitter emitter) {
        String unable = whatItCannotDo(task);
        if (!unable.isEmpty()) {
            emitter.error(WorkerError.of(ErrorCode.UNSUPPORTED, "the mock has no " + unable + ": leave that out"));
        } else if (!task.model().isEmpty() && !task.model().equals(MODEL)) {
            emitter.error(WorkerError.of(
                    ErrorCode.NOT_FOUND, "the mock serves no model '" + task.model() + "', only '" + MODEL + "'"));
        } else if (task.prompt() instanceof Prompt.Text prompt) {
            MockText text = MockText.tell(prompt.text(), task, options.text().length());
            int promptTokens = Math.max(1, new StringTokenizer(prompt.text()).countTokens());
            new MockGeneration(emitter, config.timeSource(), options, text, promptTokens).begin();
        }
    }

    /** What the task asks for and the descriptor does not declare; empty if there is nothing of the kind. */
    private static String whatItCannotDo(TaskRequest task) {
        if (!(task.prompt() instanceof Prompt.Text)) {
            return "prompts but plain text";
        }
        if (task.constraint().isPresent()) {
            return "constrained answers";
        }
        if (task.determinism() != Determinism.BEST_EFFORT) {
            return "determinism above best effort";
        }
        if (task.sampling().logProbabilities() > 0) {
            return "log-probabilities";
        }
        boolean pinned = task.pin()
                .flatMap(pin -> pin.slot().stream().boxed().findFirst())
                .isPresent();
        return pinned ? "slots to pin to" : "";
    }

    private <T> CompletionStage<T> answer(T value) {
        if (streams.closed()) {
            return CompletableFuture.failedStage(new IllegalStateException("the adapter is closed: create a new one"));
        }
        return CompletableFuture.supplyAsync(() -> value, config.deliveryExecutor())
                .minimalCompletionStage();
    }
}
