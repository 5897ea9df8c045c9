package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.ReplicaPlaces;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** DSP-03: how many streams may run on a replica, and when a place comes back. */
class PlacesTest {

    private final Places places = new Places(OptionalInt.of(3));

    @Test
    void share_whenNobodyTells_isOne() {
        assertEquals(new ReplicaPlaces(1, 0, 0), new Places(OptionalInt.empty()).now());
    }

    @Test
    void share_whenTheEngineTells_isItsSlots() {
        Places unknown = new Places(OptionalInt.empty());
        unknown.learn(OptionalInt.of(8));
        assertEquals(8, unknown.share());
    }

    @Test
    void share_whenTheEngineDoesNotTellAnyMore_isWhatItToldLast() {
        Places unknown = new Places(OptionalInt.empty());
        unknown.learn(OptionalInt.of(8));
        unknown.learn(OptionalInt.empty());
        assertEquals(8, unknown.share());
    }

    @Test
    void share_whenTheEngineTellsOfNoSlot_isOne() {
        Places unknown = new Places(OptionalInt.empty());
        unknown.learn(OptionalInt.of(0));
        assertEquals(1, unknown.share());
    }

    @Test
    void share_whenItWasSet_isNotLearned() {
        places.learn(OptionalInt.of(8));
        assertEquals(3, places.share());
    }

    @Test
    void take_untilNoneIsFree_countsDown() {
        for (int free = 3; free > 0; free--) {
            assertEquals(free, places.free());
            places.take();
        }
        assertEquals(new ReplicaPlaces(3, 3, 0), places.now());
        assertEquals(0, places.free());
    }

    @Test
    void giveBack_freesThePlace() {
        places.take();
        places.giveBack();
        assertEquals(new ReplicaPlaces(3, 0, 0), places.now());
    }

    /** An engine that is started anew with fewer slots: what runs there runs on, and nothing comes on top. */
    @Test
    void free_whenTheShareShrinksBelowWhatRuns_isNoneUntilEnoughHaveEnded() {
        Places shrinking = new Places(OptionalInt.empty());
        shrinking.learn(OptionalInt.of(3));
        shrinking.take();
        shrinking.take();
        shrinking.take();
        shrinking.learn(OptionalInt.of(1));
        assertEquals(0, shrinking.free());
        shrinking.giveBack();
        shrinking.giveBack();
        assertEquals(0, shrinking.free());
        shrinking.giveBack();
        assertEquals(1, shrinking.free());
    }

    @Test
    void quarantine_keepsThePlaceAlthoughNothingRuns() {
        places.take();
        places.quarantine();
        assertEquals(new ReplicaPlaces(3, 0, 1), places.now());
        assertEquals(2, places.free());
    }

    @Test
    void release_freesAQuarantinedPlace() {
        places.take();
        places.release(places.quarantine());
        assertEquals(new ReplicaPlaces(3, 0, 0), places.now());
    }

    @Test
    void forget_freesWhatIsQuarantinedAndNotWhatRuns() {
        places.take();
        places.take();
        places.quarantine();
        places.forget();
        assertEquals(new ReplicaPlaces(3, 1, 0), places.now());
    }

    /** Else a place of the engine's next life would be counted as free twice. */
    @Test
    void release_whenTheEngineWasGoneMeanwhile_freesNothing() {
        places.take();
        int since = places.quarantine();
        places.forget();
        places.take();
        places.quarantine();
        places.release(since);
        assertEquals(new ReplicaPlaces(3, 0, 1), places.now());
    }
}
