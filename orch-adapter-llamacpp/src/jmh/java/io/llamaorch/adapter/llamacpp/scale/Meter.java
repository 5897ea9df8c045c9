package io.llamaorch.adapter.llamacpp.scale;

import com.sun.management.ThreadMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What this process and the engine's have used. CPU times are the scheduler's, which are exact to the nanosecond. */
final class Meter {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final UnixOperatingSystemMXBean SYSTEM =
            (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final String IO_THREAD = "llamacpp-io";

    private final long engine;

    /** Measures this process, and the engine with this process id. */
    Meter(long engine) {
        this.engine = engine;
    }

    /** All that was used so far, thread by thread. */
    record Reading(
            long nanos,
            Map<Long, Long> cpu,
            Map<Long, Long> io,
            Map<Long, Long> engine,
            Map<Long, Long> allocated,
            long gc) {

        /** What was used from that reading to this one. */
        Used since(Reading before) {
            return new Used(
                    nanos - before.nanos,
                    sum(before.cpu, cpu),
                    sum(before.io, io),
                    sum(before.engine, engine),
                    sum(before.allocated, allocated),
                    gc - before.gc);
        }

        /** A thread that has ended in between is left out: of those that matter none does. */
        private static long sum(Map<Long, Long> before, Map<Long, Long> after) {
            return after.entrySet().stream()
                    .mapToLong(entry -> entry.getValue() - before.getOrDefault(entry.getKey(), 0L))
                    .sum();
        }
    }

    /** Times in nanoseconds, but for the collector's pauses, which are in milliseconds; memory in bytes. */
    record Used(long nanos, long cpu, long io, long engine, long allocated, long gc) {}

    Reading read() throws IOException {
        long self = ProcessHandle.current().pid();
        return new Reading(
                System.nanoTime(), cpu(self, ""), cpu(self, IO_THREAD), cpu(engine, ""), allocated(), gcMillis());
    }

    static long openFiles() {
        return SYSTEM.getOpenFileDescriptorCount();
    }

    static long mostOpenFiles() {
        return SYSTEM.getMaxFileDescriptorCount();
    }

    /** Bytes of the heap that are in use once all that can be collected is. */
    static long liveHeap() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** CPU time of a process's threads; of those with this name only, if there is one. */
    private static Map<Long, Long> cpu(long pid, String name) throws IOException {
        Map<Long, Long> times = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "task"))) {
            for (Path task : tasks) {
                try {
                    if (name.isEmpty()
                            || Files.readString(task.resolve("comm")).strip().equals(name)) {
                        String time = Files.readString(task.resolve("schedstat"));
                        times.put(
                                Long.valueOf(task.getFileName().toString()),
                                Long.valueOf(time.substring(0, time.indexOf(' '))));
                    }
                } catch (NoSuchFileException e) {
                    // ended just now
                }
            }
        }
        return times;
    }

    /** Bytes that the threads have allocated, all but this one, which only measures. */
    private static Map<Long, Long> allocated() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> all = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            if (bytes[i] >= 0) {
                all.put(ids[i], bytes[i]);
            }
        }
        all.remove(Thread.currentThread().getId());
        return all;
    }

    private static long gcMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(collector -> !collector.getName().contains("Concurrent"))
                .mapToLong(collector -> collector.getCollectionTime())
                .sum();
    }
}
