package io.llamaorch.adapter.spi.internal;

/** The places between which a stream's threads can overtake each other; tests delay them there by name. */
enum Step {
    /** An event has its number and is not yet in the buffer. */
    EVENT_NUMBERED,
    /** A thread owns the delivery and has not looked at anything yet. */
    DELIVERY_OWNED,
    /** A cancel was looked for and not seen; the event goes out next. */
    EVENT_LEAVES,
    /** The subscriber has returned. */
    EVENT_DELIVERED,
    /** The owner found nothing more to do and is about to let go. */
    DELIVERY_RELEASES,
    /** The stream takes no more events; the terminal one is not known to others yet. */
    SEALED,
    /** A cancel has won and is about to ask whether an event is going out. */
    CANCEL_DECIDED,
    /** More demand was added and is not yet acted on. */
    DEMAND_ADDED,
    /** The consumer ends the producer's rest; the time limits and the producer do not know yet. */
    PRODUCER_GOES_ON;

    /** What is called at each step; the real one does nothing. */
    interface Listener {
        void at(Step step);
    }
}
