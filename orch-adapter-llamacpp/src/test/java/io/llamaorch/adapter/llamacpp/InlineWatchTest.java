package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** FLW-06: a subscriber that promised not to block and does is told of, by slf4j-simple on the standard error stream. */
@NoLeaks
class InlineWatchTest {

    private static final String RECORD = "job_id=job-1 subscriber=" + Inline.class.getName();

    @RegisterExtension
    final AdapterFixture fixture = new AdapterFixture();

    @Test
    void subscriber_whenItHoldsUpTheIoThread_isNamedOnce() throws Exception {
        String log = logOf(new Inline(Duration.ofMillis(101)));

        assertTrue(log.contains(RECORD), log);
        assertTrue(log.contains("All streams waited"), log);
        assertEquals(1, log.lines().count(), log);
    }

    @Test
    void subscriber_whenItIsQuick_isNotTold() throws Exception {
        assertEquals("", logOf(new Inline(Duration.ofMillis(1))));
    }

    /** What is logged while an engine tells ten tokens, one by one, to this subscriber. */
    private String logOf(Inline subscriber) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            CountDownLatch subscribed = new CountDownLatch(1); // or what came before would be told to it on this thread
            FakeEngine engine = fixture.engine();
            engine.on("/completion", line -> {
                line.streamHead();
                Patience.await(subscribed);
                for (int i = 0; i < 10; i++) {
                    line.token("t");
                }
                line.chunk(FakeEngine.END);
            });
            WorkerAdapter adapter = fixture.adapter(engine);
            adapter.submit(AdapterFixture.task().build()).subscribe(subscriber);
            subscribed.countDown();
            Patience.get(subscriber.over);
            Patience.get(adapter.health()); // by way of the same thread, which has then written what it had to
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Takes its time with each token, although it promises not to. */
    private final class Inline implements NonBlockingSubscriber {
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final Duration pace;

        private Inline(Duration pace) {
            this.pace = pace;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TokenEvent event) {
            if (event instanceof TokenEvent.Token) {
                fixture.time().advance(pace);
            }
        }

        @Override
        public void onError(Throwable failure) {
            over.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            over.complete(null);
        }
    }
}
