package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;

/** What each time limit does to a stream when it passes, and what it says (TIM-01). */
final class Expiry {

    private Expiry() {}

    static void end(EmitterCore emitter, Watchdog.Limit limit, StreamLimits limits) {
        switch (limit) {
            case UNCLAIMED -> emitter.cancel(CancelCause.UNCLAIMED);
            case STALLED -> emitter.cancel(CancelCause.STALLED);
            case FIRST_TOKEN ->
                fail(
                        emitter,
                        ErrorCode.DECODE_TIMEOUT,
                        emitter.place() + " sent no token within " + text(limits.firstToken())
                                + ": it is overloaded, hangs, or needs longer for the prompt (first-token-timeout)");
            case IDLE ->
                fail(
                        emitter,
                        ErrorCode.DECODE_TIMEOUT,
                        emitter.place() + " fell silent for " + text(limits.idle()) + " after " + emitter.pieces()
                                + " pieces: it hangs, or is shutting down (idle-timeout)");
            case WHOLE_CALL ->
                fail(
                        emitter,
                        ErrorCode.DEADLINE_UNMET,
                        "the job took longer than " + text(limits.wholeCall())
                                + ", the most for any call: ask for fewer tokens, or raise call-timeout");
            case DEADLINE ->
                fail(
                        emitter,
                        ErrorCode.DEADLINE_UNMET,
                        "the task's deadline passed after " + emitter.pieces()
                                + " pieces: give it more time, or ask for fewer tokens");
        }
    }

    private static void fail(EmitterCore emitter, ErrorCode code, String message) {
        emitter.fail(CancelCause.TIME_LIMIT, WorkerError.of(code, message));
    }

    private static String text(Duration limit) {
        long millis = limit.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
