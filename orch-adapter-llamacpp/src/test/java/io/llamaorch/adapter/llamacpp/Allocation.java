package io.llamaorch.adapter.llamacpp;

import java.lang.reflect.Method;

/**
 * How many bytes a thread has allocated so far: more than it can hold at any time, and the same in each run, which makes
 * it a better bound on memory than a look at the heap. By reflection, as this module does not read the JVM's management.
 */
public final class Allocation {

    private static final Object BEAN;
    private static final Method ALLOCATED;

    static {
        try {
            BEAN = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            ALLOCATED =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getThreadAllocatedBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Allocation() {}

    /** Of this thread. */
    public static long ofThisThread() {
        return of(Thread.currentThread());
    }

    /** Of any live thread. */
    public static long of(Thread thread) {
        try {
            return (Long) ALLOCATED.invoke(BEAN, thread.getId());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
