package io.llamaorch.adapter.spi.internal;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ThreadFactory;

/**
 * Threads that all adapters of this JVM share. An adapter may go before they do, so they must not remember which one they
 * were started for: it could not be collected.
 */
final class SharedThreads {

    private SharedThreads() {}

    /** Makes a daemon thread that belongs to nobody. */
    @SuppressWarnings(
            "removal") // up to JDK 23 a thread inherits the classes on whose behalf it is made, unless told so
    static Thread platform(Runnable work, String name) {
        Thread thread =
                AccessController.doPrivileged((PrivilegedAction<Thread>) () -> new Thread(null, work, name, 0, false));
        thread.setDaemon(true);
        return withoutContext(thread);
    }

    /** Makes threads as the factory does, which belong to nobody. */
    static ThreadFactory neutral(ThreadFactory threads) {
        return work -> withoutContext(threads.newThread(work));
    }

    /** Subscribers run on these threads, and may look for services as the application does. */
    private static Thread withoutContext(Thread thread) {
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        return thread;
    }
}
