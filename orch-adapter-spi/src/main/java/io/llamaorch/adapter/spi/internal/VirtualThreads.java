package io.llamaorch.adapter.spi.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Virtual threads, where the JVM has good ones (24 and later), from code that is compiled for 17. Those of 21 to 23 hold
 * on to their carrier when they block in a monitor, so that as many subscribers as there are processors could stop all
 * others (FLW-06).
 */
final class VirtualThreads {

    private static final int FIRST_RELEASE = 24;

    private VirtualThreads() {}

    /** An executor that starts a virtual thread of that name for each task; empty on a JVM without good ones. */
    static Optional<Executor> executor(String threadName) {
        if (Runtime.version().feature() < FIRST_RELEASE) {
            return Optional.empty();
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual));
            MethodHandle name = lookup.findVirtual(virtual, "name", MethodType.methodType(virtual, String.class));
            MethodHandle start =
                    lookup.findVirtual(virtual, "start", MethodType.methodType(Thread.class, Runnable.class));
            MethodHandle named =
                    MethodHandles.insertArguments(MethodHandles.collectArguments(name, 0, ofVirtual), 0, threadName);
            MethodHandle launch = MethodHandles.collectArguments(start, 0, named)
                    .asType(MethodType.methodType(void.class, Runnable.class));
            return Optional.of(task -> launch(launch, task));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a JVM of version " + Runtime.version() + " without virtual threads", e);
        }
    }

    private static void launch(MethodHandle launch, Runnable task) {
        try {
            launch.invokeExact(task);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("Thread.Builder.start threw a checked exception", e);
        }
    }
}
