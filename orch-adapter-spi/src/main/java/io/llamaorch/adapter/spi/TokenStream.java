package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.Deliveries;
import io.llamaorch.adapter.spi.internal.EmitterCore;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * A running task: the handle that cancels it, and its events for one consumer, who either subscribes, or iterates, or
 * collects.
 *
 * <p>The stream runs from the moment in which {@code submit} returned it, whether or not anybody listens; up to 32
 * events wait for a consumer, then the engine is left unread. A stream that nobody claims for 30 s is cancelled
 * (FLW-04).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface TokenStream extends Flow.Publisher<TokenEvent>, Iterable<TokenEvent>, AutoCloseable {

    /** {@return the job's id} */
    String jobId();

    /**
     * Claims the stream for a subscriber, by the rules of Reactive Streams; never blocks.
     *
     * <p>{@code onSubscribe} is called here, on this thread. Events come serially after it: to a
     * {@link NonBlockingSubscriber} on the thread at hand, to any other on the adapter's delivery
     * threads, of which there are as many as block, so that one that blocks delays only itself. A subscriber that throws
     * ends its own stream with {@link ErrorCode#INTERNAL}. A failed task is an {@link TokenEvent.Error} followed by {@code onComplete}; {@code onError} is only for misuse: a second subscriber
     * gets {@link IllegalStateException}, a request of 0 or less {@link IllegalArgumentException}.
     *
     * @param subscriber who receives the events
     */
    @Override
    void subscribe(Flow.Subscriber<? super TokenEvent> subscriber);

    /**
     * Claims the stream for a plain loop. {@code hasNext} blocks until an event is there; the last event is the
     * terminal one. A cancel, a close or a time limit ends the wait with that event. On interrupt the thread's flag
     * stays set, the task is cancelled, and the loop receives {@code End(CANCELLED)} next, unless the stream had ended
     * already (FLW-08).
     *
     * @return the only iterator of this stream, for one thread at a time; on an {@link IoThread} it throws
     *     {@link IllegalStateException} instead of waiting
     * @throws IllegalStateException if the stream is claimed already, or if this is an {@link IoThread}, which would
     *     wait for itself
     */
    @Override
    Iterator<TokenEvent> iterator();

    /**
     * {@return a stage that completes with the terminal event as soon as it is settled, with or without demand, and
     * never fails; it completes on a delivery thread (FLW-07)}
     */
    CompletionStage<TokenEvent.Terminal> outcome();

    /**
     * {@return a stage that completes, at most 10 s after the end, once it is known whether the engine's place is free
     * again: with {@code SLOT_FREE} at once after the engine's own end or refusal, and where no engine was asked; with
     * {@code UNCONFIRMED} at once after any other failure that the adapter reported; else with the result of the proof of
     * cancel; never fails (CAN-07)}
     */
    CompletionStage<CancelReceipt> released();

    /**
     * {@return the engine's count so far, as the terminal event tells it, or would if it came now; unknown from a stream that
     * does not keep it; never blocks (EVT-08)}
     */
    default Usage usage() {
        return Usage.UNKNOWN;
    }

    /**
     * Claims the stream for its text.
     *
     * @return a stage that completes with the text of all tokens on {@link Channel#TEXT}, or fails with a
     *     {@link WorkerException} if the stream ends in an error, or with a
     *     {@link java.util.concurrent.CancellationException} if it is cancelled; it completes on a delivery thread
     * @throws IllegalStateException if the stream is claimed already
     */
    CompletionStage<String> collect();

    /**
     * Cancels the task; never blocks; may be called on any thread, in any phase, any number of times.
     *
     * @return what becomes of it
     */
    Cancellation cancel();

    /** Equal to {@link #cancel()}: does nothing if the task has ended, may be called again, never blocks. */
    @Override
    void close();

    /**
     * Makes a stream that failed before any engine was asked.
     *
     * @param jobId the job's id
     * @param error why
     * @return a stream whose only event is the error
     */
    static TokenStream failed(String jobId, WorkerError error) {
        Objects.requireNonNull(jobId, "jobId");
        EmitterCore emitter =
                new EmitterCore(jobId, "", "", StreamLimits.DEFAULT, Deliveries.shared(), TimeSource.system());
        emitter.refused(error);
        return emitter.stream();
    }
}
