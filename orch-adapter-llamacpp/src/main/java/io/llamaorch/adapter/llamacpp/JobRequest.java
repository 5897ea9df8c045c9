package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.ChatEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.ChatRequest;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionRequest;
import io.llamaorch.adapter.llamacpp.internal.codec.EventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.Placement;
import io.llamaorch.adapter.llamacpp.internal.slots.Booking;
import io.llamaorch.adapter.llamacpp.internal.slots.Mark;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerException;
import org.jspecify.annotations.Nullable;

/**
 * What one job sends: {@code POST /completion}, or {@code POST /v1/chat/completions} for a conversation, with the task and
 * the mark by which the job is known again (CAN-07). Of the task's names only the correlation id is told, and only here,
 * for the logs of the engine and of gateways before it (OBS-02).
 *
 * <p>Thread safety: calls must be serial, but anybody may ask for the mark.
 */
final class JobRequest {

    /** The header that carries the correlation id. */
    static final String CORRELATION_ID = "X-Correlation-Id";

    private static final String JSON = "application/json";

    private final TaskRequest task;
    private final Engine engine;
    private final WireRequest.Builder request;
    private final int size;
    private Placement written;
    private volatile Mark mark;
    private volatile @Nullable Booking booking;

    /**
     * Makes the request; sends nothing.
     *
     * @param task the task
     * @param engine where it will be sent
     * @throws WorkerException if the task asks for what cannot be sent, or the credential cannot be read
     */
    JobRequest(TaskRequest task, Engine engine) {
        this.task = task;
        this.engine = engine;
        mark = engine.proofs().mark(task);
        written = Placement.of(task, mark.value());
        byte[] body = body(written);
        size = body.length;
        request = engine.queries()
                .authorized(
                        WireRequest.post(task.prompt() instanceof Prompt.Chat ? "/v1/chat/completions" : "/completion"))
                .header("Accept", "text/event-stream")
                .body(JSON, body);
        task.correlationId().ifPresent(id -> request.encodedHeader(CORRELATION_ID, id));
    }

    /** How many bytes its body has, a mark that comes later aside. */
    int size() {
        return size;
    }

    /** What reads the events of the answer. */
    EventReader reader(EventReader.Listener listener) {
        return task.prompt() instanceof Prompt.Chat
                ? new ChatEventReader(listener, task)
                : new CompletionEventReader(listener);
    }

    Mark mark() {
        return mark;
    }

    private byte[] body(Placement placement) {
        return task.prompt() instanceof Prompt.Chat chat
                ? ChatRequest.body(task, chat, placement)
                : CompletionRequest.body(task, placement);
    }

    /**
     * The request as it is sent now, with its slot booked; what was learned meanwhile may have told what a mark needs to be
     * known.
     */
    WireRequest build() {
        if (mark.value().isEmpty()) {
            mark = engine.proofs().mark(task);
        }
        Booking booked = engine.ledger().book(task);
        booking = booked;
        Placement now = new Placement(mark.value(), booked.slot(), booked.fresh());
        if (!now.equals(written)) {
            written = now;
            request.body(JSON, body(now));
        }
        return request.build();
    }

    /** The engine has ended the job: where, and how many tokens are there now and were there before; negative for unknown. */
    void ended(int slot, int held, int cached) {
        Booking booked = booking;
        if (booked != null) {
            booked.ended(slot, held, cached);
        }
    }

    /** The job is over in another way; the engine may still work for it, or not. */
    void over(boolean mayWork) {
        Booking booked = booking;
        if (booked != null) {
            booked.over(mayWork);
        }
    }
}
