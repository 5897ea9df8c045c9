package io.llamaorch.adapter.spi.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * Virtual threads, where the JVM has good ones (24 and later), from code that is compiled for 17. Those of 21 to 23 hold
 * on to their carrier when they block in a monitor, so that as many subscribers as there are processors could stop all
 * others (FLW-06).
 */
final class VirtualThreads {

    private static final int FIRST_RELEASE = 24;

    private VirtualThreads() {}

    /** Makes virtual threads of that name; empty on a JVM without good ones. */
    static Optional<ThreadFactory> factory(String threadName) {
        if (Runtime.version().feature() < FIRST_RELEASE) {
            return Optional.empty();
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> virtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Object threads = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(virtual))
                    .invoke();
            lookup.findVirtual(virtual, "name", MethodType.methodType(virtual, String.class))
                    .invoke(threads, threadName);
            lookup.findVirtual(virtual, "inheritInheritableThreadLocals", MethodType.methodType(virtual, boolean.class))
                    .invoke(threads, false);
            return Optional.of(
                    (ThreadFactory) lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
                            .invoke(threads));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("a JVM of version " + Runtime.version() + " without virtual threads", e);
        }
    }
}
