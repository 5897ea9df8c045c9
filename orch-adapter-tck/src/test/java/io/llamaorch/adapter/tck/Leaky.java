package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Test classes that leave something open, each one thing, for {@link LeakCheckTest} to run. */
final class Leaky {

    /** What they leave open, closed once they have been found out. */
    private static final Deque<Closeable> LEFT = new ArrayDeque<>();

    private Leaky() {}

    static void closeAll() throws IOException {
        while (!LEFT.isEmpty()) {
            LEFT.pop().close();
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T extends Closeable> T left(T thing) {
        LEFT.push(thing);
        return thing;
    }

    private static void leaveTimer(TimeSource time) {
        TimeSource.Scheduled timer = time.schedule(Duration.ofHours(1), new Runnable() {
            @Override
            public void run() {}

            @Override
            public String toString() {
                return "left timer";
            }
        });
        left(timer::cancel);
    }

    private static void leaveThread() {
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(() -> awaitQuietly(end), "left-thread");
        thread.start();
        left(() -> {
            end.countDown();
            try {
                Patience.end(thread);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        Patience.await("it waits", () -> thread.getState() == Thread.State.WAITING);
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }

    @NoLeaks
    static class Clean {

        private static ServerSocket shared;

        @BeforeAll
        static void open() throws IOException {
            shared = server();
        }

        @AfterAll
        static void close() throws IOException {
            shared.close();
        }

        @Test
        void closesWhatItOpens() throws Exception {
            try (ServerSocket server = server();
                    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                    Selector selector = Selector.open()) {
                client.setTcpNoDelay(true);
                selector.selectNow();
                Thread thread = new Thread(() -> {});
                thread.start();
                TimeSource.system().schedule(Duration.ofHours(1), () -> {}).cancel();
                Patience.end(thread);
            }
        }

        @Test
        void usesWhatItsClassOpened() throws IOException {
            new Socket(shared.getInetAddress(), shared.getLocalPort()).close();
        }

        @Nested
        class Inside {
            @Test
            void closesWhatItOpensInside() throws IOException {
                server().close();
            }
        }
    }

    @NoLeaks
    static class LeavesThread {
        @Test
        void leaves() {
            leaveThread();
        }
    }

    @NoLeaks
    static class LeavesServerSocket {
        static int port;

        @Test
        void leaves() throws IOException {
            port = left(server()).getLocalPort();
        }
    }

    @NoLeaks
    static class LeavesConnectedSocket {
        static int local;
        static int remote;

        @Test
        void leaves() throws IOException {
            try (ServerSocket server = server()) {
                Socket client = left(new Socket(server.getInetAddress(), server.getLocalPort()));
                server.accept().close();
                local = client.getLocalPort();
                remote = client.getPort();
            }
        }
    }

    @NoLeaks
    static class LeavesSelector {
        @Test
        void leaves() throws IOException {
            left(Selector.open());
        }
    }

    @NoLeaks
    static class LeavesFile {
        static Path file;

        @Test
        void leaves() throws IOException {
            file = Files.createTempFile("left", ".txt").toRealPath();
            left(() -> Files.delete(file));
            left(Files.newInputStream(file));
        }
    }

    @NoLeaks
    static class LeavesRealTimer {
        @Test
        void leaves() {
            leaveTimer(TimeSource.system());
        }
    }

    @NoLeaks
    static class LeavesManualTimer {
        @Test
        void leaves() {
            leaveTimer(new ManualTime());
        }
    }

    @NoLeaks
    static class LeavesStream {
        @Test
        void leaves() {
            RunningStreams streams =
                    RunningStreams.create("engine-x", AdapterConfig.builder().build(), StreamLimits.DEFAULT);
            left(streams::close);
            streams.open(
                    TaskRequest.builder("p").jobId("left-job").build(),
                    emitter -> emitter.onCancel(
                            cause -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("test"))));
        }
    }

    @NoLeaks
    static class LeavesException {
        @Test
        void leaves() throws InterruptedException {
            Thread thread = new Thread(
                    () -> {
                        throw new IllegalStateException("left exception");
                    },
                    "broken-thread");
            thread.setUncaughtExceptionHandler(null);
            thread.start();
            Patience.end(thread);
        }
    }

    @NoLeaks
    static class LeavesInField {

        LeavesInField() {
            leaveTimer(TimeSource.system());
        }

        @Test
        void leavesNothingItself() {}
    }

    @NoLeaks
    static class LeavesTwo {
        @Test
        void leaves() {
            leaveThread();
            leaveTimer(TimeSource.system());
        }
    }

    @NoLeaks
    static class FailsAndLeaves {
        @Test
        void failsAndLeaves() {
            leaveTimer(TimeSource.system());
            throw new AssertionError("its own failure");
        }
    }

    @NoLeaks
    static class LeavesAfterAll {

        @BeforeAll
        static void open() {
            leaveTimer(TimeSource.system());
        }

        @Test
        void leavesNothingItself() {}
    }

    static class Inherits extends LeavesNothing {

        @Test
        void leavesTimer() {
            leaveTimer(TimeSource.system());
        }

        @Nested
        class Inside {
            @Test
            void leavesTimer() {
                leaveTimer(TimeSource.system());
            }
        }
    }

    @NoLeaks
    abstract static class LeavesNothing {}
}
