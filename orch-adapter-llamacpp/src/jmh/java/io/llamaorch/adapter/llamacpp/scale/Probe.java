package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.llamacpp.EagerSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Counts tokens, and writes down when they came. */
final class Probe extends EagerSubscriber {

    private final AtomicLong count;
    private final long[] delivered;
    private final Runnable whenStarted;
    private final Consumer<TokenEvent.Terminal> whenEnded;
    private int tokens;

    /**
     * Makes a subscriber for one stream.
     *
     * @param count raised with each token; no other stream raises it at the same time
     * @param delivered takes the time of each token, as far as there is room
     * @param whenStarted called once the engine has accepted the stream
     * @param whenEnded called with its last event
     */
    Probe(AtomicLong count, long[] delivered, Runnable whenStarted, Consumer<TokenEvent.Terminal> whenEnded) {
        this.count = count;
        this.delivered = delivered;
        this.whenStarted = whenStarted;
        this.whenEnded = whenEnded;
    }

    @Override
    public void onNext(TokenEvent event) {
        if (event instanceof TokenEvent.Token) {
            if (tokens < delivered.length) {
                delivered[tokens] = System.nanoTime();
            }
            tokens++;
            count.lazySet(count.getPlain() + 1);
        } else if (event instanceof TokenEvent.Started) {
            whenStarted.run();
        } else if (event instanceof TokenEvent.Terminal end) {
            whenEnded.accept(end);
        }
    }
}
