package io.llamaorch.adapter.llamacpp.internal.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The engine is asked once for all who want to know, and again only when it may help (EVT-07). */
@NoLeaks
class KnownFactsTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final FakeTransport transport = new FakeTransport();
    private final ManualTime time = new ManualTime();
    private final List<String> heard = new ArrayList<>();
    private KnownFacts facts = known(Optional.empty());

    private KnownFacts known(Optional<Secret> token) {
        Failures failures = new Failures("http://engine-1:8080", token);
        return new KnownFacts(new EngineQueries(transport, token, failures, LIMIT, LIMIT), time);
    }

    private EngineQueries.Reply<EngineFacts> writeDown(String name) {
        return new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts value) {
                heard.add(name + " " + value.version());
            }

            @Override
            public void failure(WorkerError error) {
                heard.add(name + " " + error.code());
            }
        };
    }

    private static String version(String version) {
        return "{\"build_info\":\"" + version + "\"}";
    }

    @Test
    void manyAtOnce_askOnce() {
        facts.ask(writeDown("a"));
        facts.ask(writeDown("b"));
        assertEquals(1, transport.questions().size());
        assertEquals("GET /props (0 bytes)", transport.question(0).request().toString());
        assertEquals(LIMIT, transport.question(0).request().exchangeLimit());
        transport.question(0).answer(200, version("v1"));
        assertEquals(List.of("a v1", "b v1"), heard);
        assertEquals("v1", facts.now().orElseThrow().version());
    }

    /** Who looked just before the answer came and asks just after it must not ask the engine again. */
    @Test
    void facts_known_areTheAnswer() {
        facts.ask(writeDown("a"));
        transport.question(0).answer(200, version("v1"));
        facts.ask(writeDown("b"));
        assertEquals(List.of("a v1", "b v1"), heard);
        assertEquals(1, transport.questions().size());
    }

    @Test
    void failure_isToldToAllWhoWait_andTheNextAsksAnew() {
        facts.ask(writeDown("a"));
        facts.ask(writeDown("b"));
        transport.question(0).fail(WireFailure.Kind.REFUSED);
        facts.ask(writeDown("c"));
        transport.question(1).answer(200, version("v1"));
        assertEquals(List.of("a POOL_UNAVAILABLE", "b POOL_UNAVAILABLE", "c v1"), heard);
    }

    @Test
    void failure_discouragesForAWhile() {
        assertTrue(facts.worthAsking());
        facts.ask(writeDown("a"));
        assertTrue(facts.worthAsking());
        transport.question(0).answer(404, "");
        assertFalse(facts.worthAsking());
        time.advance(Duration.ofSeconds(10));
        assertFalse(facts.worthAsking());
        time.advance(Duration.ofNanos(1));
        assertTrue(facts.worthAsking());
    }

    @Test
    void success_encouragesAgain() {
        facts.ask(writeDown("a"));
        transport.question(0).fail(WireFailure.Kind.TIMEOUT);
        facts.ask(writeDown("b"));
        transport.question(1).answer(200, version("v1"));
        assertTrue(facts.worthAsking());
    }

    @Test
    void forgotten_isUnknownUntilAskedOrLearnt() {
        facts.ask(writeDown("a"));
        transport.question(0).answer(200, version("v1"));
        facts.forget();
        assertEquals(Optional.empty(), facts.now());
        assertTrue(facts.worthAsking());
        facts.ask(writeDown("b"));
        transport.question(1).answer(200, version("v2"));
        assertEquals("v2", facts.now().orElseThrow().version());
        facts.forget();
        facts.learn(EngineFacts.read(version("v3").getBytes(StandardCharsets.UTF_8)));
        assertEquals("v3", facts.now().orElseThrow().version());
    }

    @Test
    void waiter_thatAsksAgain_startsANewQuestion() {
        facts.ask(new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts value) {
                facts.forget();
                facts.ask(writeDown("again"));
            }

            @Override
            public void failure(WorkerError error) {
                heard.add("unexpected");
            }
        });
        transport.question(0).answer(200, version("v1"));
        transport.question(1).answer(200, version("v2"));
        assertEquals(List.of("again v2"), heard);
    }

    @Test
    void answer_thatIsNoJson_isAFailure() {
        facts.ask(writeDown("a"));
        transport.question(0).answer(200, "<html>");
        assertEquals(List.of("a PROTOCOL"), heard);
        assertEquals(Optional.empty(), facts.now());
    }

    @Test
    void transport_closed_failsOnTheAskersThread() {
        transport.close();
        facts.ask(writeDown("a"));
        facts.ask(writeDown("b"));
        assertEquals(List.of("a POOL_UNAVAILABLE", "b POOL_UNAVAILABLE"), heard);
    }

    @Test
    void token_thatCannotBeRead_failsOnTheAskersThread() {
        facts = known(Optional.of(Secret.from(() -> {
            throw new IllegalStateException("gone");
        })));
        facts.ask(writeDown("a"));
        facts.ask(writeDown("b"));
        assertEquals(List.of("a UNAUTHORIZED", "b UNAUTHORIZED"), heard);
        assertEquals(List.of(), transport.questions());
    }
}
