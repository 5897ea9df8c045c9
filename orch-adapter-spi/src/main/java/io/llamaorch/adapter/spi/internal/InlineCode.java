package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Whose code a subscriber runs on the thread at hand, for messages. What it names is kept when the subscriber is let go
 * of, for it is asked right after the events that took long, and the last of them may have been the last of all.
 *
 * <p>Thread safety: {@link #letGo} is the owner's of the delivery; anybody may ask, and may hear of nobody if the owner
 * is another thread.
 */
final class InlineCode {

    private @Nullable NonBlockingSubscriber subscriber;
    private @Nullable Class<?> last;

    InlineCode(Flow.Subscriber<?> subscriber) {
        this.subscriber = subscriber instanceof NonBlockingSubscriber inline ? inline : null;
    }

    Optional<Class<?>> named() {
        NonBlockingSubscriber known = subscriber;
        return Optional.ofNullable(known != null ? name(known) : last);
    }

    void letGo() {
        NonBlockingSubscriber leaving = subscriber;
        if (leaving != null) {
            last = name(leaving);
            subscriber = null;
        }
    }

    private static Class<?> name(NonBlockingSubscriber subscriber) {
        try {
            Class<?> behind = subscriber.behind();
            return behind == null ? subscriber.getClass() : behind;
        } catch (Throwable thrown) { // not thrown on, not even a fault of the JVM: it is asked between events
            return subscriber.getClass();
        }
    }
}
