package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.ClientDeparture;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a host can do to stop a task, in each phase that a scripted engine can hold (CAN-03 to CAN-06, LIF-02): one
 * terminal event, a reset at the engine, and the task on the other replica goes on.
 */
@Tag("once")
@NoLeaks
@Timeout(60)
class LlamaCppHostCancelIT {

    private static final int PLENTY = 1000;

    private final Ears ears = new Ears();
    private final Ears others = new Ears();
    private ScriptedEngine engine;
    private ScriptedEngine other;
    private AdapterHost host;

    private enum Phase {
        BEFORE_HEAD,
        PROMPT,
        BETWEEN_TOKENS,
        NOTHING_ASKED_FOR
    }

    private enum Way {
        HANDLE,
        JOB_ID,
        UNBIND,
        REBIND,
        CLOSE
    }

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            for (Way way : Way.values()) {
                cases.add(Arguments.of(phase, way));
            }
        }
        return cases;
    }

    @BeforeEach
    void bind() throws Exception {
        engine = ScriptedEngine.builder().slots(2).stepped(true).start();
        other = ScriptedEngine.builder().slots(2).stepped(true).start();
        host = AdapterHost.builder(AdapterRegistry.discover())
                .drainLimit(Duration.ZERO)
                .retries(RetryPolicy.builder().attempts(1).build()) // or what no token came of would go elsewhere
                .build();
        host.bind(spec("r0", engine));
        host.bind(spec("r1", other));
    }

    @AfterEach
    void close() {
        host.close();
        engine.close();
        other.close();
    }

    @ParameterizedTest(name = "in {0} by {1}")
    @MethodSource("cases")
    void task_whenStoppedThroughTheHost_endsOnceAndDisturbsNoOther(Phase phase, Way way) throws Exception {
        host.submit("default", task("other", "r1")).subscribe(others);
        others.subscription.request(Long.MAX_VALUE);
        other.release(3);
        Patience.await("3 tokens of the other task", () -> others.pieces() == 3);
        TokenStream stream = submitInto(phase);

        switch (way) {
            case HANDLE -> assertAccepted(stream.cancel());
            case JOB_ID -> assertAccepted(host.cancel("job-1"));
            case UNBIND -> Patience.get(host.unbind("default", "r0"));
            case REBIND -> Patience.get(host.rebind(spec("r0", engine)));
            case CLOSE -> host.close();
        }

        ears.subscription.request(Long.MAX_VALUE);
        Patience.await("the terminal event", () -> ears.last() instanceof TokenEvent.Terminal);
        assertEquals(Patience.get(stream.outcome()), ears.last());
        assertEquals(1, ears.terminals());
        assertKind(way, ears.last());
        assertNotNull(Patience.get(stream.released()));
        Patience.await("one client gone from the engine", () -> engine.clientsLeft() == 1);
        assertTrue(engine.departures().stream().allMatch(ClientDeparture::reset), () -> "" + engine.departures());
        assertEquals(0, engine.strayInput());
        assertEquals(
                Cancellation.Answer.NOT_RUNNING,
                Patience.get(host.cancel("job-1").accepted()));

        if (way == Way.CLOSE) {
            Patience.await("the other task's end", () -> others.last() instanceof TokenEvent.Error);
        } else {
            assertEquals(3, others.pieces());
            other.release(PLENTY);
            Patience.await("the other task's end", () -> others.last() instanceof TokenEvent.End);
            assertEquals(StopReason.LIMIT, ((TokenEvent.End) others.last()).reason());
            engine.release(PLENTY);
            String replica = way == Way.UNBIND ? "r1" : "r0";
            TokenStream again = host.submit("default", task("job-1", replica)); // its id is free again
            assertFalse(Patience.get(again.collect()).isEmpty());
        }
        assertEquals(1, others.terminals());
        Patience.await(
                "nothing runs", () -> host.replicas("default").stream().allMatch(status -> status.running() == 0));
    }

    private TokenStream submitInto(Phase phase) throws Exception {
        if (phase == Phase.BEFORE_HEAD) {
            engine.enqueueFault(new HeadFault.HangBeforeHead());
        }
        TokenStream stream = host.submit("default", task("job-1", "r0"));
        stream.subscribe(ears);
        Patience.await("a task at the engine", () -> engine.tasks() == 1);
        switch (phase) {
            case BEFORE_HEAD, PROMPT -> {
                ears.subscription.request(Long.MAX_VALUE);
                if (phase == Phase.PROMPT) {
                    Patience.await("Started", () -> ears.last() instanceof TokenEvent.Started);
                }
            }
            case BETWEEN_TOKENS -> {
                ears.subscription.request(Long.MAX_VALUE);
                engine.release(3);
                Patience.await("3 tokens", () -> ears.pieces() == 3);
            }
            case NOTHING_ASKED_FOR -> {
                engine.release(50);
                Patience.await("50 tokens", () -> engine.tokensGenerated() >= 50);
            }
        }
        return stream;
    }

    private static void assertKind(Way way, TokenEvent terminal) {
        if (way == Way.HANDLE || way == Way.JOB_ID) {
            TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, terminal);
            assertEquals(CancelCause.CALLER, end.details().cancelCause().orElseThrow());
        } else {
            TokenEvent.Error error = assertInstanceOf(TokenEvent.Error.class, terminal);
            assertEquals(ErrorCode.POOL_UNAVAILABLE, error.error().code());
        }
    }

    private static void assertAccepted(Cancellation cancellation) throws Exception {
        assertEquals(Cancellation.Answer.ACCEPTED, Patience.get(cancellation.accepted()));
    }

    private static ReplicaSpec spec(String replica, ScriptedEngine engine) {
        return ReplicaSpec.builder("llamacpp")
                .replica(replica)
                .url(engine.url().toString())
                .build();
    }

    private static TaskRequest task(String job, String replica) {
        return TaskRequest.builder("Once upon a time")
                .jobId(job)
                .maxTokens(80)
                .temperature(0)
                .extra("ignore_eos", true)
                .pin(Pin.toReplica(replica))
                .build();
    }

    /** Writes down what it hears. */
    private static final class Ears implements NonBlockingSubscriber {
        private final List<TokenEvent> events = new CopyOnWriteArrayList<>();
        private volatile Flow.Subscription subscription;

        private TokenEvent last() {
            return events.isEmpty() ? null : events.get(events.size() - 1);
        }

        private long pieces() {
            return events.stream().filter(TokenEvent.Token.class::isInstance).count();
        }

        private long terminals() {
            return events.stream().filter(TokenEvent.Terminal.class::isInstance).count();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(TokenEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {}
    }
}
