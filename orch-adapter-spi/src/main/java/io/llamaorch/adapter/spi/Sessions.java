package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * What the engine's cache holds for sessions, as far as an adapter can know from what its own tasks were told; see
 * {@link Capability#SESSIONS} and {@link TaskRequest#sessionId()}. An engine may drop a cache at any time: this is a
 * prediction, and how often it was wrong is part of it.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}.
 */
public interface Sessions {

    /** {@return what is held now; asks the engine nothing} */
    Snapshot snapshot();

    /**
     * Ends a session: what is known of it is forgotten, and where the engine can, its cache is given up too. A task of this
     * session that runs goes on, and one that comes later begins the session anew.
     *
     * @param sessionId the session; one that is not known is ended already
     * @return a stage with what was given up
     */
    CompletionStage<Release> end(String sessionId);

    /**
     * What is held at one time.
     *
     * @param held the sessions, the one that was used last at the end
     * @param predictions how the predictions fared since the adapter was made
     */
    record Snapshot(List<Held> held, Predictions predictions) {

        /**
         * Copies the list.
         *
         * @param held the sessions, the one that was used last at the end
         * @param predictions how the predictions fared since the adapter was made
         */
        public Snapshot {
            held = List.copyOf(held);
            Objects.requireNonNull(predictions, "predictions");
        }
    }

    /**
     * One session.
     *
     * @param sessionId the session's name
     * @param slot the slot that should hold its cache; empty if other tasks have had that slot since
     * @param tokens how many tokens its last turn left in the cache, 0 or more
     * @param turns how many turns have ended well, 1 or more
     */
    record Held(String sessionId, OptionalInt slot, int tokens, int turns) {

        /**
         * Checks that nothing is null.
         *
         * @param sessionId the session's name
         * @param slot the slot that should hold its cache; empty if other tasks have had that slot since
         * @param tokens how many tokens its last turn left in the cache, 0 or more
         * @param turns how many turns have ended well, 1 or more
         */
        public Held {
            Objects.requireNonNull(sessionId, "sessionId");
            Objects.requireNonNull(slot, "slot");
        }
    }

    /**
     * How the predictions fared: for each turn but a session's first, whether its cache would still be there.
     *
     * @param made how many, 0 or more
     * @param wrong how many of them were wrong: nothing, or less than half of what was predicted, was reused, or the other
     *     way round
     * @param unusedRestores how many times a cache was restored and the next task in its slot reused none of it
     */
    record Predictions(long made, long wrong, long unusedRestores) {

        /** {@return the share of wrong predictions, from 0 to 1; 0 if none was made} */
        public double wrongShare() {
            return made == 0 ? 0 : (double) wrong / made;
        }
    }

    /**
     * What the end of a session gave up.
     *
     * @param known whether anything was known of it
     * @param erasedTokens how many tokens the engine says to have erased; empty if it was not asked, because it cannot, or
     *     because its slot works for another or may hold another's cache
     */
    record Release(boolean known, OptionalInt erasedTokens) {

        /**
         * Checks that nothing is null.
         *
         * @param known whether anything was known of it
         * @param erasedTokens how many tokens the engine says to have erased; empty if it was not asked
         */
        public Release {
            Objects.requireNonNull(erasedTokens, "erasedTokens");
        }
    }
}
