package io.llamaorch.adapter.registry.internal;

import org.jspecify.annotations.Nullable;

/**
 * What to do about what others' code throws. It may be anything, declared or not: adapters are written in other
 * languages too, and one that recurses without end is still only one that is broken.
 */
public final class Foreign {

    private Foreign() {}

    /**
     * Throws on what concerns the whole JVM, such as the lack of memory; returns for everything else, which is the
     * caller's to tell.
     *
     * @param thrown what was caught
     */
    public static void rethrowIfFatal(Throwable thrown) {
        @Nullable Throwable cause = thrown.getCause();
        if (isFatal(thrown)) {
            throw (VirtualMachineError) thrown;
        }
        if (cause != null && isFatal(cause)) {
            throw (VirtualMachineError) cause;
        }
    }

    private static boolean isFatal(Throwable thrown) {
        return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError);
    }
}
