package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;

/**
 * How an answer ended well.
 *
 * @param reason why
 * @param stopString the stop string that ended it, else empty
 * @param slot where it ran
 * @param timings how long it took, by the clock of who asked
 */
record MockAnswer(StopReason reason, String stopString, int slot, Timings timings) {}
