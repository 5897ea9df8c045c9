package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.llamacpp.internal.slots.Booking.Expectation;
import io.llamaorch.adapter.spi.Sessions;

/**
 * Predicts whether a session's turn will find its cache, and counts how often that was wrong.
 *
 * <p>Thread safety: guarded by the ledger's lock.
 */
final class PredictionTally {

    private long made;
    private long wrong;
    private long unusedRestores;

    /** Whether the last turn of a session whose slot another had taken was found in the engine's other cache, in memory. */
    private boolean displacedOnesComeBack;

    /** What to expect of the next turn. */
    Expectation expect(SessionTurns turns) {
        boolean displaced = turns.slot() == Booking.NONE;
        return new Expectation(turns.tokens(), !displaced || displacedOnesComeBack, displaced);
    }

    /** Wrong is: nothing, or less than half of what was predicted, was reused; or the other way round. */
    void judge(Expectation expected, int cached) {
        if (cached < 0) {
            return; // the engine does not tell
        }
        boolean wasWarm = 2L * cached >= expected.held();
        made++;
        if (wasWarm != expected.warm()) {
            wrong++;
        }
        if (expected.displaced()) {
            displacedOnesComeBack = wasWarm;
        }
    }

    void unusedRestore() {
        unusedRestores++;
    }

    /** The engine's memory is that of another one. */
    void restarted() {
        displacedOnesComeBack = false;
    }

    Sessions.Predictions shown() {
        return new Sessions.Predictions(made, wrong, unusedRestores);
    }
}
