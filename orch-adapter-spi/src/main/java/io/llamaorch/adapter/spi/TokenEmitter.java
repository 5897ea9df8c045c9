package io.llamaorch.adapter.spi;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The adapter's end of a {@link TokenStream}: it is fed with what the engine said and does the rest. It enforces the
 * order of events, numbers pieces, counts demand, holds what waits, delivers serially, watches the time limits and the
 * deadline, and settles the race between end, error and cancel so that exactly one wins.
 *
 * <p>An engine is read like this: emit until a method returns {@code false}, then stop reading (what one read of at
 * most 16 KiB brought may still be emitted) until the callback of {@link #onDemand} runs or {@link #awaitDemand}
 * returns. An adapter that goes on regardless has its stream ended with {@link ErrorCode#INTERNAL}.
 *
 * <p>Thread safety: calls must be serial of {@link #started}, {@link #token}, {@link #toolCall}, {@link #progress},
 * {@link #metrics}, {@link #extension}, {@link #forward}, {@link #usage}, {@link #end} and {@link #awaitDemand};
 * everything else is safe for concurrent use. No method blocks, {@link #awaitDemand} excepted. Methods called after the
 * end do nothing.
 */
public interface TokenEmitter {

    /** {@return the job's id} */
    String jobId();

    /** {@return the stream that this emitter feeds} */
    TokenStream stream();

    /**
     * Emits {@link TokenEvent.Started}; must come first.
     *
     * @param model the model that is served; empty where the engine does not tell
     * @param details what else is known; the replica is filled in
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if it was called before
     */
    boolean started(String model, StartDetails details);

    /**
     * Emits a piece of text on {@link Channel#TEXT}.
     *
     * @param text the piece; an empty one is no event; a trailing half of a surrogate pair waits for its other half
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    default boolean token(String text) {
        return token(text, Channel.TEXT, TokenDetails.NONE);
    }

    /**
     * Emits a piece of text.
     *
     * @param text the piece; an empty one is no event; a trailing half of a surrogate pair waits for its other half
     * @param channel the voice
     * @param details what else is known of it
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    boolean token(String text, Channel channel, TokenDetails details);

    /**
     * Emits a tool call.
     *
     * @param id the call's id
     * @param name the tool
     * @param argumentsJson the arguments, a JSON object
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    boolean toolCall(String id, String name, String argumentsJson);

    /**
     * Emits prompt progress; feeds no time limit.
     *
     * @param processed tokens evaluated so far, the cached ones included
     * @param total tokens of the prompt
     * @param cached tokens that came from the engine's cache
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    boolean progress(int processed, int total, int cached);

    /**
     * Emits the engine's numbers so far, with the usage last reported by {@link #usage}.
     *
     * @param timings the engine's timings
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    boolean metrics(Timings timings);

    /**
     * Emits something that the SPI has no type for.
     *
     * @param name what it is
     * @param json its content
     * @return false if the engine should be left unread for now
     * @throws IllegalStateException if the stream has not started
     */
    boolean extension(String name, String json);

    /**
     * Emits an event that another stream delivered, as it is: for hosts, which forward. A terminal event ends this
     * stream too; an error counts the pieces of this stream. After an error or a cancel, what is known of the engine's
     * place is asked of the callback of {@link #onCancel}, with {@link CancelCause#FAULT} or the cause of the cancel; if
     * none was set before, nothing is known of it.
     *
     * @param event the event
     * @return false if the source should be left unread for now, or if the event was the terminal one
     * @throws IllegalStateException if the event is out of order: anything but {@link TokenEvent.Queued}, an error or a
     *     cancelled end before {@link TokenEvent.Started}, or a piece whose number is not the next
     */
    boolean forward(TokenEvent event);

    /**
     * Reports the engine's count so far. Feeds the first-token and idle limits if the number of generated tokens rose,
     * whether or not there was text (TIM-01); once it has risen, text alone feeds them no more. It is on the terminal
     * event, also if that is an error or a cancel.
     *
     * @param prompt tokens of the prompt; -1 leaves what was reported before
     * @param cached tokens of the prompt that were cached; -1 leaves what was reported before
     * @param generated tokens generated so far; -1 leaves what was reported before
     */
    void usage(int prompt, int cached, int generated);

    /**
     * Sets who is asked for the engine's count in place of {@link #usage}: for hosts, since the stream that they forward
     * knows it. A terminal event that is forwarded with a count keeps its own. One set later takes the place of this one;
     * after the end nobody is asked any more.
     *
     * @param source asked on the thread that ends the stream, and on any that calls {@link TokenStream#usage}; must be
     *     quick and must not block; one that throws, or says {@link Usage#UNKNOWN}, is not heeded
     */
    void usageFrom(Supplier<Usage> source);

    /**
     * Ends the stream well: only after the engine's own end marker (EVT-05).
     *
     * @param reason why the engine ended; not {@link StopReason#CANCELLED}
     * @param timings the engine's timings
     * @param details what else is known
     * @return whether this became the terminal event
     * @throws IllegalStateException if the stream has not started
     */
    boolean end(StopReason reason, Timings timings, EndDetails details);

    /**
     * Ends the stream with a failure that the adapter found, and of which it cleans up itself: the callback of
     * {@link #onCancel} is not called. Engine, replica, the number of pieces and the usage are filled in.
     *
     * @param error what went wrong
     * @return whether this became the terminal event
     */
    boolean error(WorkerError error);

    /**
     * Ends the stream with a failure that leaves nothing behind at the engine: it could not be reached, or said itself
     * that it does not, or does no longer, work on the task. {@link TokenStream#released} then says so at once. Otherwise
     * equal to {@link #error}.
     *
     * @param error what went wrong
     * @return whether this became the terminal event
     */
    boolean refused(WorkerError error);

    /**
     * Sets what is called when the engine may be read again: once after each time that the methods began to return
     * {@code false}, and not after the end. The call may come before the method that says {@code false} has returned, on
     * the other thread: an adapter that emits in it, rather than waking its reader, must see to it that two threads do
     * not emit at once.
     *
     * @param callback called on the thread that took the waiting events, never by two at once; must be short and must
     *     not block; what it throws ends the stream with {@link ErrorCode#INTERNAL}
     */
    void onDemand(Runnable callback);

    /**
     * Sets what is called, once, if the stream ends by anything but {@link #end}, {@link #error}, {@link #refused} and the
     * engine's own end that was forwarded: a cancel, a time limit, a subscriber that threw, the adapter's close, or a
     * failure or cancel that was forwarded. The adapter lets go of the engine then. If it happened already, the callback
     * runs at once, on this thread; not so after a forwarded end.
     *
     * @param callback is told the cause on the thread that ended the stream, must not block, and returns a stage with
     *     the proof of cancel, or with {@link CancelReceipt#unconfirmed}; a stage that fails or does not complete within
     *     10 s, and a callback that throws, count as unconfirmed
     */
    void onCancel(Function<CancelCause, CompletionStage<CancelReceipt>> callback);

    /**
     * Waits, for engines that can only block, until the engine may be read again.
     *
     * @return true if it may be read; false if the stream has ended, which also ends the wait
     * @throws InterruptedException if the thread is interrupted while it waits; the stream goes on
     */
    boolean awaitDemand() throws InterruptedException;

    /**
     * Tells whose code runs on the thread that emits, so that an adapter whose thread was held up can name it.
     *
     * @return what a {@link NonBlockingSubscriber} names as the code {@linkplain NonBlockingSubscriber#behind behind} it,
     *     also after its last event; empty for any other subscriber, which cannot hold that thread up
     */
    Optional<Class<?>> inlineSubscriber();

    /** {@return whether the stream has its terminal event} */
    boolean ended();
}
