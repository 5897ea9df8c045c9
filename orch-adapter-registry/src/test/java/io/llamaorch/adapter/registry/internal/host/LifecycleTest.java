package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** LIF-01 and HLT-05: what makes a replica ready or not, and what does not. */
@NoLeaks
class ReadinessTest {

    private final ManualTime time = new ManualTime();
    private final Readiness readiness = new Readiness(time);

    @Test
    void state_whenNothingIsKnown_isReady() {
        assertEquals(new Readiness.Now(ReplicaState.READY, "", 0), readiness.now());
    }

    @Test
    void refused_whenReady_isNewsOnce() {
        assertTrue(readiness.refused("connection refused"));
        assertFalse(readiness.refused("still refused"));
        assertEquals(ReplicaState.UNREADY, readiness.now().state());
        assertEquals("still refused", readiness.now().reason());
    }

    /** A server that shuts down refuses new connections and lets old streams finish: their end proves nothing. */
    @Test
    void served_whenItBeganBeforeTheFailure_changesNothing() {
        int began = readiness.now().failures();
        readiness.refused("connection refused");

        assertFalse(readiness.served(began));
        assertEquals(ReplicaState.UNREADY, readiness.now().state());
    }

    @Test
    void served_whenItBeganAfterTheFailure_makesItReady() {
        readiness.refused("connection refused");

        assertTrue(readiness.served(readiness.now().failures()));
        assertEquals(ReplicaState.READY, readiness.now().state());
        assertEquals("", readiness.now().reason());
    }

    @Test
    void foundReady_whenUnready_makesItReady() {
        readiness.foundUnready("it loads its model");

        assertTrue(readiness.foundReady());
        assertFalse(readiness.foundReady());
        assertEquals(ReplicaState.READY, readiness.now().state());
    }

    @Test
    void closed_whateverIsFoundLater_staysClosed() {
        readiness.refused("connection refused");
        readiness.closed();
        readiness.refused("connection refused");
        readiness.foundReady();
        readiness.served(readiness.now().failures());

        assertEquals(ReplicaState.CLOSED, readiness.now().state());
    }

    @Test
    void claimLook_whenUnreadyForASecond_isTrueOnceASecond() {
        assertFalse(readiness.claimLook());
        readiness.refused("connection refused");
        assertFalse(readiness.claimLook());
        time.advance(Readiness.LOOK_INTERVAL.minusNanos(1));
        assertFalse(readiness.claimLook());
        time.advance(Duration.ofNanos(1));
        assertTrue(readiness.claimLook());
        assertFalse(readiness.claimLook());
        time.advance(Readiness.LOOK_INTERVAL);
        assertTrue(readiness.claimLook());
    }
}
