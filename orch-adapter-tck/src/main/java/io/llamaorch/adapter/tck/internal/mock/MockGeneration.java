package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One answer on its way: a timer that emits a token and sets itself again, until the text is over, the emitter says
 * that nobody reads, or the stream ends. At most one timer is set at any time, which is what makes the emitting serial.
 */
final class MockGeneration {

    private final TokenEmitter emitter;
    private final TimeSource time;
    private final MockOptions options;
    private final MockText text;
    private final int promptTokens;

    /** How many tokens were told; handed from timer to timer. */
    private int told;

    private volatile TimeSource.@Nullable Scheduled timer;

    MockGeneration(TokenEmitter emitter, TimeSource time, MockOptions options, MockText text, int promptTokens) {
        this.emitter = emitter;
        this.time = time;
        this.options = options;
        this.text = text;
        this.promptTokens = promptTokens;
    }

    void begin() {
        emitter.onCancel(this::letGo);
        emitter.onDemand(this::goOn);
        callLater(Duration.ZERO, this::start);
    }

    private void start() {
        if (!somethingGoesWrong()) {
            emitter.usage(promptTokens, 0, 0);
            StartDetails details = StartDetails.builder()
                    .engineVersion(MockAdapterFactory.version())
                    .build();
            if (emitter.started(MockAdapter.MODEL, details)) {
                goOn();
            }
        }
    }

    private void goOn() {
        callLater(options.text().pause(), this::tell);
    }

    /** After {@code false} from the emitter the next call may be under way already: nothing here may follow it. */
    private void tell() {
        if (somethingGoesWrong()) {
            return;
        }
        if (told == text.pieces().size()) {
            end();
            return;
        }
        String piece = text.pieces().get(told++);
        emitter.usage(promptTokens, 0, told);
        if (emitter.token(piece)) {
            goOn();
        }
    }

    private void end() {
        EndDetails.Builder details = EndDetails.builder();
        if (!text.stopString().isEmpty()) {
            details.stopString(text.stopString());
        }
        emitter.end(text.reason(), Timings.UNKNOWN, details.build());
    }

    /** Whether the task fails or hangs here; one that hangs waits for a limit, a cancel or the adapter's close. */
    private boolean somethingGoesWrong() {
        int length = text.pieces().size();
        if (options.faults().failsNow(told, length)) {
            ErrorCode code = options.faults().failWith().orElseThrow();
            emitter.error(WorkerError.of(
                    code, "the mock was told to fail after " + told + " tokens: take the option fail-with away"));
            return true;
        }
        return options.faults().hangsNow(told, length);
    }

    private CompletionStage<CancelReceipt> letGo(CancelCause cause) {
        stopTimer();
        return CompletableFuture.completedStage(CancelReceipt.slotFree(Duration.ZERO));
    }

    private void callLater(Duration delay, Runnable task) {
        timer = time.schedule(delay, task);
        if (emitter.ended()) { // maybe after letGo looked for a timer
            stopTimer();
        }
    }

    private void stopTimer() {
        TimeSource.Scheduled set = timer;
        if (set != null) {
            set.cancel();
        }
    }
}
