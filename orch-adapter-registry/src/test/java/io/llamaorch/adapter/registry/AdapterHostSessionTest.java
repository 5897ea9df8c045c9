package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-04: a session goes back to the replica that holds its cache, and is told when it cannot. */
@NoLeaks
class AdapterHostSessionTest extends HostFixture {

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(RetryPolicy.DEFAULT);
    }

    private static TaskRequest.Builder turn(String job) {
        return task(job).toBuilder().sessionId("s");
    }

    /** A turn of the session that ends well; whether it said that the cache is cold. */
    private boolean isCold(String job) {
        Heard heard = heard(turn(job).build());
        heard.assertEnded();
        return heard.started().details().cacheCold();
    }

    /** The session's home is r0, which has fewer free places than r1 from then on. */
    private List<FakeAdapter> atHomeInR0(int placesOfR0) {
        FakeAdapter r0 = bind("r0", placesOfR0).says("hello");
        assertFalse(isCold("first"), "there was no cache yet");
        return List.of(r0, bind("r1", placesOfR0 + 1).says("hello"));
    }

    @Test
    void session_goesBackToItsReplicaAlthoughAnotherHasMorePlaces() {
        List<FakeAdapter> replicas = atHomeInR0(2);
        assertFalse(isCold("second"));
        assertFalse(isCold("third"));
        assertEquals(List.of("first", "second", "third"), replicas.get(0).jobs);
    }

    @Test
    void session_ofAnotherId_goesWhereMostPlacesAreFree() {
        List<FakeAdapter> replicas = atHomeInR0(2);
        heard(turn("other").sessionId("t").build()).assertEnded();
        assertEquals(List.of("other"), replicas.get(1).jobs);
    }

    @Test
    void session_whenItsReplicaIsFull_movesOnceAndIsToldSo() {
        List<FakeAdapter> replicas = atHomeInR0(1);
        replicas.get(0).holds(emitter -> {});
        heard(turn("holds the place").build());
        assertTrue(isCold("moved"));
        assertFalse(isCold("again"));
        assertEquals(List.of("moved", "again"), replicas.get(1).jobs);
    }

    @Test
    void session_whenItsReplicaIsNotReady_movesAndIsToldSo() {
        List<FakeAdapter> replicas = atHomeInR0(2);
        replicas.get(0).healthIs(FakeAdapter.LOADING);
        now(host.health(POOL));
        assertTrue(isCold("moved"));
        assertEquals(List.of("moved"), replicas.get(1).jobs);
    }

    @Test
    void session_whenItsReplicaIsTakenAway_movesAndIsToldSo() {
        atHomeInR0(2);
        unbindNow("r0");
        assertTrue(isCold("moved"));
        assertFalse(isCold("again"));
    }

    @Test
    void session_whenItsEngineWasGone_staysAndIsToldThatTheCacheIsCold() {
        List<FakeAdapter> replicas = atHomeInR0(2);
        unbindNow("r1");
        replicas.get(0).healthIs(FakeAdapter.NOBODY);
        now(host.health(POOL));
        replicas.get(0).healthIs(FakeAdapter.WELL);
        now(host.health(POOL));
        assertTrue(isCold("after the restart"));
        assertFalse(isCold("again"));
        assertEquals(List.of("first", "after the restart", "again"), replicas.get(0).jobs);
    }

    @Test
    void session_whenItsReplicaIsBoundAnew_isToldThatTheCacheIsCold() {
        FakeAdapter r0 = bind("r0").says("hello");
        assertFalse(isCold("first"));
        fake.eachIs(adapter -> adapter.says("hello"));
        over(host.rebind(spec("r0")));
        assertTrue(isCold("second"));
        assertEquals(List.of("first"), r0.jobs);
    }

    @Test
    void session_whenPinnedElsewhere_movesAndIsToldSo() {
        atHomeInR0(2);
        Heard heard = heard(turn("pinned").pin(Pin.toReplica("r1")).build());
        assertTrue(heard.started().details().cacheCold());
        assertFalse(isCold("again"));
    }

    /** What failed before its first token may have left nothing in any cache. */
    @Test
    void session_whenItsFirstTryFails_isAtHomeWhereItWasServed() {
        FakeAdapter r0 = bind("r0", 2).fails(ErrorCode.WORKER_RESET);
        FakeAdapter r1 = bind("r1", 1).says("hello");
        Heard first = heard(turn("first").build());
        time.advance(RetryPolicy.DEFAULT.longestBackoff());
        assertFalse(first.started().details().cacheCold());
        r0.says("hello");
        assertFalse(isCold("second"));
        assertEquals(List.of("first", "second"), r1.jobs);
    }

    @Test
    void session_whenItsReplicaFails_isTriedElsewhereAndToldSo() {
        List<FakeAdapter> replicas = atHomeInR0(2);
        replicas.get(0).fails(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        Heard second = heard(turn("second").build());
        time.advance(RetryPolicy.DEFAULT.longestBackoff());
        second.assertEnded();
        assertTrue(second.started().details().cacheCold());
        assertEquals(List.of("second"), replicas.get(1).jobs);
    }

    @Test
    void task_withoutASession_isNeverToldOfACache() {
        bind("r0").says("hello");
        heard("a").assertEnded();
        assertFalse(heard("b").started().details().cacheCold());
    }
}
