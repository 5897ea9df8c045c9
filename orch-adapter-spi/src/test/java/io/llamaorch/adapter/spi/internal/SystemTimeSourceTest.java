package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@NoLeaks
@DisplayName("Real time (TIM-03)")
@Timeout(60)
class SystemTimeSourceTest {

    private final TimeSource time = TimeSource.system();

    @Test
    @DisplayName("A task runs on the timer's thread, whatever its delay")
    void task_whenItsTimeHasCome_runsElsewhere() throws Exception {
        for (Duration delay : new Duration[] {Duration.ofSeconds(-1), Duration.ZERO, Duration.ofMillis(1)}) {
            CompletableFuture<Thread> ran = new CompletableFuture<>();
            time.schedule(delay, () -> ran.complete(Thread.currentThread()));
            assertNotSame(Thread.currentThread(), Bench.soon(ran));
        }
    }

    @Test
    @DisplayName("A task does not run before its time")
    void task_whenScheduled_isNotEarly() throws Exception {
        long before = time.nanoTime();
        CompletableFuture<Long> ran = new CompletableFuture<>();
        time.schedule(Duration.ofMillis(30), () -> ran.complete(time.nanoTime()));
        assertTrue(Bench.soon(ran) - before >= Duration.ofMillis(30).toNanos());
    }

    @Test
    @DisplayName("A task that is taken back does not run, and one that throws harms no other")
    void task_whenTakenBack_doesNotRun() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        CompletableFuture<Void> last = new CompletableFuture<>();
        long due = time.nanoTime() + Duration.ofMillis(100).toNanos();
        TimeSource.Scheduled first = time.schedule(Duration.ofMillis(100), ran::incrementAndGet);
        first.cancel();
        first.cancel();
        boolean inTime = due - time.nanoTime() > 0;
        time.schedule(Duration.ofMillis(1), () -> {
            throw new IllegalStateException("test");
        });
        time.schedule(Duration.ofMillis(120), () -> last.complete(null));
        last.get();
        assertEquals(0, inTime ? ran.get() : 0);
    }

    @Test
    @DisplayName("What waits is told by what its task says of itself, until it runs or is taken back")
    void pending_whenTimersWait_tellsWhatTheyAreFor() throws Exception {
        TimeSource.Scheduled first = time.schedule(Duration.ofHours(1), new Named("first", () -> {}));
        assertEquals(List.of("first"), time.pending());
        CompletableFuture<List<String>> seen = new CompletableFuture<>();
        time.schedule(Duration.ofMillis(1), new Named("second", () -> seen.complete(time.pending())));
        assertEquals(List.of("first"), Bench.soon(seen), "what runs does not wait any more");
        first.cancel();
        assertEquals(List.of(), time.pending());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("A timer that is set and taken back, as each stream does, does not wake the thread of the timers")
    void task_whenTakenBackLongBeforeItsTime_wakesNobody() throws Exception {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        TimeSource.Scheduled kept = time.schedule(Duration.ofHours(1), () -> {});
        time.schedule(Duration.ZERO, () -> ran.complete(null));
        Bench.soon(ran);
        String timers = "";
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).equals("orch-timer\n")) {
                    timers = thread.resolve("status").toString();
                }
            }
        }
        long before = waits(timers);
        for (int i = 0; i < 2000; i++) {
            time.schedule(Duration.ofMinutes(1), () -> {}).cancel();
        }
        long woken = waits(timers) - before;
        kept.cancel();
        assertTrue(woken < 200, "it was woken " + woken + " times");
    }

    /** How often the system has made a thread wait. */
    private static long waits(String status) throws IOException {
        return Files.readAllLines(Path.of(status)).stream()
                .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    private record Named(String name, Runnable task) implements Runnable {
        @Override
        public void run() {
            task.run();
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
