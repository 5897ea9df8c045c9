package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Factory;

/**
 * FLW-01: the public Technology Compatibility Kit for {@code Flow}, on streams that the emitter makes, in both forms of
 * delivery and with both kinds of producer. A stream of n elements is {@code Started}, n − 2 tokens, {@code End}; n = 1
 * is a lone {@code Error}; the failed publisher is a stream that has been subscribed already.
 *
 * <p>Of the kit's 38 tests 26 run, for each of the four. Five are skipped because a stream has one subscriber (its
 * optional rule 1.11), and seven because the kit itself has no way to test the rule ({@code untested_…}).
 */
public class TokenStreamPublisherVerificationTest extends FlowPublisherVerification<TokenEvent> {

    /** The kit's own waits; it waits out the second one a hundred times. */
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(5);

    private static final Duration MUST_NOT_HAPPEN = Duration.ofMillis(50);
    private static final long LOOK_EVERY_MILLIS = 10;

    /** Who calls the subscriber. */
    public enum Delivery {
        /** A task on the executor. */
        EXECUTOR,
        /** The thread at hand. */
        NON_BLOCKING
    }

    /** What an adapter does between events. */
    public enum Producer {
        /** A thread that emits as it can and waits when it is told to rest. */
        EAGER,
        /** Emits where it is asked to, in the callback of {@link TokenEmitter#onDemand}. */
        DEMAND_DRIVEN
    }

    private final Delivery delivery;
    private final Producer producer;
    private final Queue<EmitterCore> made = new ConcurrentLinkedQueue<>();
    private Leaks before;

    /**
     * One of the four combinations.
     *
     * @param delivery who calls the subscriber
     * @param producer what feeds the emitter
     */
    @Factory(dataProvider = "forms")
    public TokenStreamPublisherVerificationTest(Delivery delivery, Producer producer) {
        super(new TestEnvironment(
                Patience.scaled(MUST_HAPPEN).toMillis(),
                Patience.scaled(MUST_NOT_HAPPEN).toMillis(),
                LOOK_EVERY_MILLIS));
        this.delivery = delivery;
        this.producer = producer;
    }

    /** {@return every combination} */
    @DataProvider
    public static Object[][] forms() {
        return new Object[][] {
            {Delivery.EXECUTOR, Producer.EAGER},
            {Delivery.EXECUTOR, Producer.DEMAND_DRIVEN},
            {Delivery.NON_BLOCKING, Producer.EAGER},
            {Delivery.NON_BLOCKING, Producer.DEMAND_DRIVEN}
        };
    }

    /** TestNG knows no extensions of JUnit. */
    @BeforeClass
    public void lookBefore() {
        before = Leaks.snapshot();
    }

    /** The kit leaves streams unread; with them ended, nothing else may be left. */
    @AfterClass
    public void lookAfter() {
        made.forEach(emitter -> emitter.stream().cancel());
        List<String> left = before.found(Patience.mustHappen());
        if (!left.isEmpty()) {
            throw new AssertionError("left behind: " + left);
        }
    }

    @Override
    public Flow.Publisher<TokenEvent> createFlowPublisher(long elements) {
        EmitterCore emitter =
                new EmitterCore("job-1", "engine", "r0", StreamLimits.DEFAULT, Deliveries.shared(), new ManualTime());
        emitter.onCancel(cause -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("there is no engine")));
        made.add(emitter);
        if (elements == 1) {
            emitter.error(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "refused"));
        } else if (producer == Producer.EAGER) {
            Thread thread = new Thread(() -> pushAll(emitter, elements), "eager-producer");
            thread.setDaemon(true);
            thread.start();
        } else {
            Script script = new Script(emitter, elements);
            emitter.onDemand(script);
            script.run();
        }
        return delivered(emitter.stream());
    }

    @Override
    public Flow.Publisher<TokenEvent> createFailedFlowPublisher() {
        TokenStream stream = TokenStream.failed("job-1", WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "refused"));
        stream.subscribe(Recorder.greedy());
        return delivered(stream);
    }

    private Flow.Publisher<TokenEvent> delivered(TokenStream stream) {
        return delivery == Delivery.EXECUTOR
                ? stream
                : subscriber -> stream.subscribe(subscriber == null ? null : new NonBlocking(subscriber));
    }

    private static void pushAll(EmitterCore emitter, long elements) {
        try {
            Script script = new Script(emitter, elements);
            do {
                script.run();
            } while (!script.done && emitter.awaitDemand());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Emits, each time it is run, until it is told to rest. */
    private static final class Script implements Runnable {
        private final EmitterCore emitter;
        private final long elements;
        private long made;
        private volatile boolean done;

        private Script(EmitterCore emitter, long elements) {
            this.emitter = emitter;
            this.elements = elements;
        }

        @Override
        public void run() {
            boolean more = true;
            while (more && !done) {
                if (made == 0) {
                    more = emitter.started("model", StartDetails.NONE);
                } else if (made < elements - 1) {
                    more = emitter.token("t");
                } else {
                    emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                    done = true;
                }
                made++;
            }
        }
    }

    /** Lets any subscriber be called on the thread at hand. */
    private record NonBlocking(Flow.Subscriber<? super TokenEvent> target) implements NonBlockingSubscriber {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            target.onSubscribe(subscription);
        }

        @Override
        public void onNext(TokenEvent event) {
            target.onNext(event);
        }

        @Override
        public void onError(Throwable failure) {
            target.onError(failure);
        }

        @Override
        public void onComplete() {
            target.onComplete();
        }
    }
}
