package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Whose code runs on the thread that emits (FLW-06)")
class InlineSubscriberTest {

    private final Bench bench = Bench.started();
    private final EmitterCore emitter = bench.emitter;
    private final Recorder ears = Recorder.greedy();

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    /** Stands for the code behind a subscriber that only hands events on. */
    private static final class Behind {}

    private final class Forwarder implements NonBlockingSubscriber {
        private final Supplier<Class<?>> behind;

        private Forwarder(Supplier<Class<?>> behind) {
            this.behind = behind;
        }

        @Override
        public Class<?> behind() {
            return behind.get();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            ears.onSubscribe(given);
        }

        @Override
        public void onNext(TokenEvent event) {
            ears.onNext(event);
        }

        @Override
        public void onError(Throwable thrown) {
            ears.onError(thrown);
        }

        @Override
        public void onComplete() {
            ears.onComplete();
        }
    }

    private void subscribe(Supplier<Class<?>> behind) {
        bench.stream().subscribe(new Forwarder(behind));
    }

    private void assertNamed(Class<?> expected) {
        assertEquals(Optional.of(expected), emitter.inlineSubscriber());
    }

    @Test
    @DisplayName("FLW-06: a subscriber that hands events on names the code behind it")
    void subscriber_thatHandsOn_namesWhatIsBehindIt() {
        subscribe(() -> Behind.class);
        assertNamed(Behind.class);
    }

    @Test
    @DisplayName("FLW-06: the code that took the last event is still named after it")
    void subscriber_afterTheLastEvent_isStillNamed() {
        subscribe(() -> Behind.class);
        bench.end();
        assertNamed(Behind.class);
    }

    @Test
    @DisplayName("FLW-06: the code that took long and then left is still named")
    void subscriber_thatHasCancelled_isStillNamed() {
        subscribe(() -> Behind.class);
        ears.subscription.cancel();
        assertNamed(Behind.class);
    }

    @Test
    @DisplayName("FLW-06: the code that took long and then threw is still named")
    void subscriber_thatHasThrown_isStillNamed() {
        subscribe(() -> Behind.class);
        ears.then(event -> {
            throw new IllegalStateException("bug");
        });
        emitter.token("a");
        assertNamed(Behind.class);
    }

    @Test
    @DisplayName("FLW-06: the code that asked for nothing, wrongly, is still named")
    void subscriber_thatBrokeTheRules_isStillNamed() {
        subscribe(() -> Behind.class);
        ears.subscription.request(-1);
        assertNamed(Behind.class);
    }

    @Test
    @DisplayName("FLW-06: through a host the code at its far end is named")
    void subscriber_behindAHost_isNamedThroughIt() {
        Bench host = Bench.started();
        subscribe(() -> host.emitter.inlineSubscriber().orElse(Forwarder.class));
        assertNamed(Forwarder.class);
        host.stream().subscribe(Recorder.greedy().nonBlocking());
        assertEquals(host.emitter.inlineSubscriber(), emitter.inlineSubscriber());
        host.letGo();
    }

    @Test
    @DisplayName("FLW-05: a subscriber that cannot name it is named itself, and misses nothing")
    void subscriber_thatFailsToName_isNamedItselfAndHearsAll() {
        subscribe(() -> {
            throw new StackOverflowError("test");
        });
        assertNamed(Forwarder.class);
        emitter.token("a");
        bench.end();
        ears.assertKinds("Started", "Token", "End");
        assertEquals(true, ears.completed);
        assertNamed(Forwarder.class);
    }

    @Test
    @DisplayName("FLW-05: a subscriber that names null is named itself")
    void subscriber_thatNamesNull_isNamedItself() {
        subscribe(() -> null);
        assertNamed(Forwarder.class);
    }
}
