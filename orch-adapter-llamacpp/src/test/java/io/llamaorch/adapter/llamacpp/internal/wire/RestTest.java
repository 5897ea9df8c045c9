package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Demand (FLW-02): a listener that has enough gets at most what one read has brought in. */
@NoLeaks
class RestTest {

    private static final int TOTAL = 4 << 20;

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private static Peer flooding() throws Exception {
        return Peer.following(line -> {
            line.request();
            line.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
            line.sendAndDrain("x".repeat(TOTAL));
        });
    }

    @Test
    void stream_whenItRests_readsNothingUntilItIsResumed() throws Exception {
        AtomicBoolean enough = new AtomicBoolean(true);
        Recorder recorder = new Recorder().onPiece(piece -> !enough.get());
        Call call = fixture.transport(flooding()).stream(WireFixture.GET, recorder);
        int last = 0;
        for (int i = 0; i < 10; i++) {
            recorder.nextPiece();
            fixture.turn();
            int now = recorder.body().length();
            assertTrue(now - last <= 16 * 1024, "one read, but it was " + (now - last));
            last = now;
            call.resume();
        }
        enough.set(false);
        call.resume();
        recorder.awaitOutcome();
        assertEquals(TOTAL, recorder.body().length());
    }

    @Test
    void stream_whenItRests_getsTheRestOfTheReadAndItsEnd() throws Exception {
        Recorder recorder = new Recorder().onPiece(piece -> false);
        fixture
                .transport(Peer.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"))
                .stream(WireFixture.GET, recorder);
        assertEquals(
                List.of("connected", "head 200", "end"), recorder.awaitOutcome().events());
        assertEquals("abc", recorder.body());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void stream_whenItRests_costsNoCpu() throws Exception {
        Recorder recorder = new Recorder().onPiece(piece -> false);
        fixture.transport(flooding()).stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        fixture.turn();
        long before = cpuOf("llamacpp-io").toMillis();
        Patience.awaitNot("more is read", () -> recorder.body().length() > 16 * 1024);
        long used = cpuOf("llamacpp-io").toMillis() - before;
        assertTrue(used < 60, used + " ms of CPU");
    }

    @Test
    void resume_beforeTheListenerReturns_isNotLost() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onPiece(piece -> {
            recorder.call().resume();
            return false;
        });
        fixture.transport(flooding()).stream(WireFixture.GET, recorder);
        recorder.awaitOutcome();
        assertEquals(TOTAL, recorder.body().length());
    }

    @Test
    void resume_ofAStreamThatDoesNotRestOrIsOver_doesNothing() throws Exception {
        Recorder recorder = new Recorder();
        Call call = fixture.transport(flooding()).stream(WireFixture.GET, recorder);
        call.resume();
        recorder.awaitOutcome();
        call.resume();
        fixture.turn();
        assertEquals(TOTAL, recorder.body().length());
    }

    /** The CPU time that the thread of this name has used, to the hundredth of a second; only Linux can tell. */
    private static Duration cpuOf(String threadName) throws IOException {
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
}
