package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is open in this JVM at one moment, to tell later what was opened since and left: threads, sockets and files
 * (where {@code /proc} shows them), timers of real time and of every {@link ManualTime}, and exceptions that nobody
 * caught. A stream that is neither ended nor cancelled shows by the timer of its limits, which names its job.
 *
 * <p>It sees the whole JVM, so nothing else may go on there meanwhile. Virtual threads cannot be listed; what they hold
 * open can.
 *
 * <p>Thread safety: immutable.
 */
public final class Leaks {

    private static final long LOOK_EVERY_NANOS = 2_000_000;
    private static final int FRAMES = 12;

    private final Set<Thread> threads = LiveThreads.now();
    private final Map<String, String> descriptors = Descriptors.open();
    private final Set<ManualTime.Timer> manualTimers = ManualTime.waitingOnAny();
    private final List<String> realTimers = TimeSource.system().pending();
    private final int uncaught = UncaughtExceptions.count();

    private Leaks() {}

    /** {@return what is open now; from the first call on, exceptions that nobody catches are noted} */
    public static Leaks snapshot() {
        return new Leaks();
    }

    /**
     * Looks for what was opened since and is still there. Waits for it to go away; an interrupt does not end that wait.
     *
     * @param patience how long to wait at most; not scaled any more
     * @return what is left, each described on its own, with what helps to find its origin; empty if there is nothing
     */
    public List<String> found(Duration patience) {
        return found(patience, thread -> false);
    }

    /**
     * The same, with threads that are somebody else's business.
     *
     * @param patience how long to wait at most; not scaled any more
     * @param excused which threads are not looked at
     * @return what is left, each described on its own
     */
    public List<String> found(Duration patience, Predicate<Thread> excused) {
        Objects.requireNonNull(patience, "patience");
        long end = System.nanoTime() + patience.toNanos();
        List<String> passing = passing(excused);
        while (!passing.isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            passing = passing(excused);
        }
        // last, for a thread that ends by an exception has told it by the time that it is gone
        return Stream.concat(passing.stream(), UncaughtExceptions.since(uncaught).stream())
                .toList();
    }

    /** What is left and may yet go away. */
    private List<String> passing(Predicate<Thread> excused) {
        List<String> found = new ArrayList<>();
        for (Thread thread : LiveThreads.now()) {
            if (!threads.contains(thread) && !LiveThreads.isKnown(thread) && !excused.test(thread)) {
                found.add(described(thread));
            }
        }
        Map<String, String> opened = Descriptors.open();
        opened.entrySet().removeAll(descriptors.entrySet());
        found.addAll(Descriptors.described(opened));
        for (ManualTime.Timer timer : ManualTime.waitingOnAny()) {
            if (!manualTimers.contains(timer)) {
                found.add("timer of a manual clock: " + timer);
            }
        }
        List<String> timers = new ArrayList<>(TimeSource.system().pending());
        realTimers.forEach(timers::remove);
        timers.forEach(timer -> found.add("timer of real time: " + timer));
        return found;
    }

    private static String described(Thread thread) {
        return "thread " + thread.getName() + ", " + thread.getState()
                + Stream.of(thread.getStackTrace())
                        .limit(FRAMES)
                        .map(frame -> "\n      at " + frame)
                        .collect(Collectors.joining());
    }
}
