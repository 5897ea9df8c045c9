package io.llamaorch.adapter.tck;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The platform threads of this JVM, and those among them that may come at any time and stay. */
final class LiveThreads {

    /** How the names of threads begin that nobody has to end. */
    private static final List<String> KNOWN = List.of(
            // The JDK keeps these for the whole JVM, and starts them when they are first needed.
            "Common-Cleaner",
            "CompletableFutureDelayScheduler",
            "ForkJoinPool.commonPool-",
            "process reaper", // waits for children; idles a minute
            "Read-Poller", // these five serve virtual threads
            "Write-Poller",
            "MasterPoller",
            "VirtualThread-unparker",
            "VirtualThread-unblocker",
            // Who runs the tests.
            "surefire-forkedjvm-", // talks with Maven
            "junit-jupiter-timeout-watcher", // keeps the limits of tests
            "junit-timeout-thread-", // runs a test that is to be left alone when it hangs
            // Shared by all streams, so no stream ends them; they end by themselves when they have been idle.
            "orch-delivery",
            "orch-timer",
            // Of MockWebServer's libraries, one in a JVM, which idle for a minute.
            "OkHttp TaskRunner",
            "Okio Watchdog");

    /** The classes of threads that carry virtual ones, of which any number may come and go, and of who wakes them. */
    private static final Set<String> KNOWN_CLASSES =
            Set.of("jdk.internal.misc.CarrierThread", "java.util.concurrent.DelayScheduler");

    private LiveThreads() {}

    /** All that are alive. */
    static Set<Thread> now() {
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        Thread[] threads = new Thread[64];
        int count = top.enumerate(threads);
        while (count == threads.length) { // there may be more
            threads = new Thread[2 * count];
            count = top.enumerate(threads);
        }
        Set<Thread> alive = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < count; i++) {
            alive.add(threads[i]);
        }
        return alive;
    }

    /** Whether a thread may stay, or has ended meanwhile; the threads of the top group are the virtual machine's own. */
    static boolean isKnown(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return group == null
                || group.getParent() == null
                || KNOWN_CLASSES.contains(thread.getClass().getName())
                || KNOWN.stream().anyMatch(thread.getName()::startsWith);
    }
}
