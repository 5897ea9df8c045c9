package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/**
 * FLW-01: the public Technology Compatibility Kit for {@code Flow}, on streams of tokens. A stream of n elements is
 * {@code Started}, n − 2 tokens, {@code End}; n = 1 is a lone {@code Error}; the failed publisher is a stream that has
 * been subscribed already.
 *
 * <p>Of the kit's 38 tests 26 run. Five are skipped because a stream has one subscriber (its optional rule 1.11), and
 * seven because the kit itself has no way to test the rule ({@code untested_…}).
 */
public abstract class TokenStreamVerification extends PublisherVerification<TokenEvent> {

    /** The kit's own waits; it waits out the second one a hundred times. */
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(5);

    private static final Duration MUST_NOT_HAPPEN = Duration.ofMillis(25);

    /**
     * How long the kit waits for an error: it means to look this often, but gives up after its first look, as it takes the
     * wrong sum for the time that is left (version 1.0.4, {@code expectError}). Three tests wait it out.
     */
    private static final Duration ERROR_WAIT = Duration.ofMillis(250);

    /** Who calls the subscriber. */
    public enum Delivery {
        /** A task on the executor. */
        EXECUTOR,
        /** The thread at hand. */
        NON_BLOCKING
    }

    /** How many verifications have begun and not ended: TestNG takes them in turns, a method of each. */
    private static final AtomicInteger UNDER_WAY = new AtomicInteger();

    private static volatile Leaks before;

    private final Delivery delivery;
    private final Queue<TokenStream> made = new ConcurrentLinkedQueue<>();

    /**
     * A verification of streams with one kind of subscriber.
     *
     * @param delivery who calls it
     */
    protected TokenStreamVerification(Delivery delivery) {
        super(new TestEnvironment(
                Patience.scaled(MUST_HAPPEN).toMillis(),
                Patience.scaled(MUST_NOT_HAPPEN).toMillis(),
                Patience.scaled(ERROR_WAIT).toMillis()));
        this.delivery = delivery;
    }

    /**
     * Begins a stream, which nobody has subscribed to.
     *
     * @param elements how many events it is to have; 1 is a lone error
     * @return the stream
     */
    protected abstract TokenStream open(long elements);

    /** Opens what all streams share. */
    protected void begin() throws Exception {}

    /** Closes what all streams share; they have ended by now. */
    protected void end() throws Exception {}

    /** TestNG knows no extensions of JUnit. */
    @BeforeClass
    public void lookBefore() throws Exception {
        if (UNDER_WAY.getAndIncrement() == 0) {
            before = Leaks.snapshot();
        }
        begin();
    }

    /** The kit leaves streams unread; with them ended, nothing else may be left. */
    @AfterClass(alwaysRun = true)
    public void lookAfter() throws Exception {
        made.forEach(TokenStream::cancel);
        end();
        if (UNDER_WAY.decrementAndGet() == 0) {
            List<String> left = before.found(Patience.mustHappen());
            if (!left.isEmpty()) {
                throw new AssertionError("left behind: " + left);
            }
        }
    }

    @Override
    public Publisher<TokenEvent> createPublisher(long elements) {
        return delivered(remembered(elements));
    }

    @Override
    public Publisher<TokenEvent> createFailedPublisher() {
        TokenStream stream = remembered(1);
        stream.subscribe(new Deaf());
        return delivered(stream);
    }

    private TokenStream remembered(long elements) {
        TokenStream stream = open(elements);
        made.add(stream);
        return stream;
    }

    private Publisher<TokenEvent> delivered(TokenStream stream) {
        Flow.Publisher<TokenEvent> publisher = delivery == Delivery.EXECUTOR
                ? stream
                : subscriber -> stream.subscribe(subscriber == null ? null : new NonBlocking(subscriber));
        return FlowAdapters.toPublisher(publisher);
    }

    /** Asks for nothing. */
    private static final class Deaf implements Flow.Subscriber<TokenEvent> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {}

        @Override
        public void onNext(TokenEvent event) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
