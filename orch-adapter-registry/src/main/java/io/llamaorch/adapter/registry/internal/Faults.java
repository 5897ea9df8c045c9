package io.llamaorch.adapter.registry.internal;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What to do with what foreign code throws: an adapter may be written in any language of the JVM, and throw anything. */
public final class Faults {

    private Faults() {}

    /**
     * Goes on throwing what no isolation can mend, such as an exhausted heap. A stack overflow is not among it: when it
     * arrives here the stack is free again, and it is its author's fault like any other exception.
     *
     * @param thrown what foreign code threw, or what wraps that
     */
    public static void rethrowFatal(Throwable thrown) {
        for (@Nullable Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError fatal && !(cause instanceof StackOverflowError)) {
                throw fatal;
            }
        }
    }

    static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (@Nullable Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
