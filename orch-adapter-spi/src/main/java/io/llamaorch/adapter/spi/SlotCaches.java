package io.llamaorch.adapter.spi;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Saves the cache of one of the engine's slots to a file of the engine, restores it, or erases it; see
 * {@link Capability#SLOT_CACHES}. Slots are counted from 0. Where the engine makes such a call wait for a slot that works,
 * the adapter's time limit ends the stage with {@link ErrorCode#DECODE_TIMEOUT}, and the engine may still do it.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}. All fail with
 * {@link ErrorCode#UNSUPPORTED} where the engine has this switched off, and with {@link ErrorCode#INVALID_PARAMS} for a slot
 * that is not there or a name that is no file's name, before anything is sent.
 */
public interface SlotCaches {

    /**
     * Saves a slot's cache.
     *
     * @param slot the slot
     * @param name the file's name, without a folder
     * @return a stage with what was saved; fails with {@link ErrorCode#INVALID_PARAMS} if the slot holds nothing
     */
    CompletionStage<Stored> save(int slot, String name);

    /**
     * Fills a slot's cache from a file; what the slot held is lost, also if this fails.
     *
     * @param slot the slot
     * @param name the file's name, as it was saved
     * @return a stage with what was restored; fails with {@link ErrorCode#NOT_FOUND} if there is no such file, or nothing in
     *     it that fits. Whether the next task there reuses it is counted in {@link Sessions.Predictions#unusedRestores()}
     */
    CompletionStage<Stored> restore(int slot, String name);

    /**
     * Empties a slot's cache.
     *
     * @param slot the slot
     * @return a stage with the number of tokens that were erased
     */
    CompletionStage<Integer> erase(int slot);

    /**
     * What a file holds.
     *
     * @param slot the slot that it was saved from or restored to
     * @param name the file's name
     * @param tokens how many tokens, 1 or more
     * @param bytes the file's size
     */
    record Stored(int slot, String name, int tokens, long bytes) {

        /**
         * Checks that nothing is null.
         *
         * @param slot the slot that it was saved from or restored to
         * @param name the file's name
         * @param tokens how many tokens, 1 or more
         * @param bytes the file's size
         */
        public Stored {
            Objects.requireNonNull(name, "name");
        }
    }
}
