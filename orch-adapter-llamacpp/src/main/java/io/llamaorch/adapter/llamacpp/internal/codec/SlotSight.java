package io.llamaorch.adapter.llamacpp.internal.codec;

/**
 * What {@code GET /props} tells of whether a look at the slots can prove that a job has left (CAN-07).
 *
 * <p>Thread safety: immutable.
 *
 * @param shown whether there is {@code /slots}; true also where an old server does not tell
 * @param sleeping whether the server slept when it was asked, so that a look would wake it; one that is too old to tell
 *     cannot sleep
 * @param markIsInert whether a job's mark has no effect on what is generated: the server tells that it does not penalise
 *     repeated sequences (DRY) unless a request asks for it
 */
public record SlotSight(boolean shown, boolean sleeping, boolean markIsInert) {}
