package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEmitter;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, once a stream, when its subscriber held up the I/O thread although it is one that promised not to block (FLW-06).
 * It looks at the clock twice a read of the socket, not for each token.
 *
 * <p>Thread safety: belongs to the I/O thread.
 */
final class InlineWatch {

    private static final Logger LOG = LoggerFactory.getLogger(InlineWatch.class);

    /** What one stream may delay another by (FLW-06); to read what a socket held takes a hundredth of it. */
    private static final Duration LONG = Duration.ofMillis(100);

    private final TokenEmitter emitter;
    private final TimeSource time;
    private boolean told;

    InlineWatch(TokenEmitter emitter, TimeSource time) {
        this.emitter = emitter;
        this.time = time;
    }

    /** What is watched begins. */
    long begin() {
        return time.nanoTime();
    }

    /** What began then is over. */
    void end(long begun) {
        long took = time.nanoTime() - begun;
        if (took > LONG.toNanos() && !told) {
            emitter.inlineSubscriber().ifPresent(subscriber -> tell(subscriber, Duration.ofNanos(took)));
        }
    }

    private void tell(Class<?> subscriber, Duration took) {
        told = true;
        LOG.atWarn()
                .addKeyValue("job_id", emitter.jobId())
                .addKeyValue("subscriber", subscriber.getName())
                .log(
                        "All streams waited {} ms while one was read and its subscriber called on the I/O thread. If that"
                                + " blocks, it must not be a NonBlockingSubscriber.",
                        took.toMillis());
    }
}
