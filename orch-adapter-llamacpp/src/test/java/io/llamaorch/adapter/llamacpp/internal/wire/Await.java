package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Waiting with an end. */
final class Await {

    /** How long a test waits for what must happen. */
    static final Duration MUST_HAPPEN = Duration.ofSeconds(20);

    private Await() {}

    static void latch(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("did not happen within " + MUST_HAPPEN);
        }
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + MUST_HAPPEN);
        }
        return next;
    }

    /** Checks at the end of a while that something has not happened. */
    static void notWithin(Duration patience, BooleanSupplier happened) throws InterruptedException {
        new CountDownLatch(1).await(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (happened.getAsBoolean()) {
            throw new AssertionError("happened within " + patience);
        }
    }

    /** The CPU time that the thread of this name has used, to the hundredth of a second; only Linux can tell. */
    static Duration cpuOf(String threadName) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.readString(thread.resolve("comm")).strip().equals(threadName)) {
                    String[] stat = Files.readString(thread.resolve("stat"))
                            .replaceFirst(".*\\) ", "")
                            .split(" ");
                    return Duration.ofMillis(10 * (Long.parseLong(stat[11]) + Long.parseLong(stat[12])));
                }
            }
        }
        throw new AssertionError("no thread " + threadName);
    }

    static void end(Thread thread) throws InterruptedException {
        thread.join(MUST_HAPPEN.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not end");
        }
    }
}
