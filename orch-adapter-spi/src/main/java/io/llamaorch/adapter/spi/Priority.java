package io.llamaorch.adapter.spi;

/**
 * How urgent a task is to those who wait for it.
 *
 * <p>Thread safety: immutable.
 */
public enum Priority {
    /** Somebody is watching: goes first. */
    INTERACTIVE,
    /** Nobody is: waits behind interactive work, but ages, so that it never starves. */
    BATCH
}
