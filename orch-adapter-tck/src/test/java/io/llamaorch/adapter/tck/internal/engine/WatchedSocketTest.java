package io.llamaorch.adapter.tck.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class WatchedSocketTest {
    private final CountDownLatch gone = new CountDownLatch(1);
    private WatchedSocketFactory factory;
    private ServerSocket listener;
    private Socket client;
    private Socket accepted;

    @BeforeEach
    void connect() throws IOException {
        factory = new WatchedSocketFactory(Duration.ofMillis(50));
        listener = factory.createServerSocket(0);
        client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        client.setSoTimeout(10_000);
        accepted = listener.accept();
        connection().onGone(gone::countDown);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listener.close();
        factory.close();
    }

    private WatchedConnection connection() {
        return factory.connection(0).orElseThrow();
    }

    private void assertGone() throws InterruptedException {
        assertTrue(gone.await(10, TimeUnit.SECONDS));
    }

    @Test
    void close_ofThePeer_isKnownWithoutReading() throws Exception {
        client.close();
        assertGone();
    }

    @Test
    void reset_ofThePeer_isKnownWithoutReading() throws Exception {
        client.setSoLinger(true, 0);
        client.close();
        assertGone();
    }

    @Test
    void halfClose_ofThePeer_isKnownAndItStillHearsUs() throws Exception {
        client.shutdownOutput();
        assertGone();
        accepted.getOutputStream().write('x');
        assertEquals('x', client.getInputStream().read());
    }

    @Test
    void onGone_afterwards_runsAtOnce() throws Exception {
        client.close();
        assertGone();
        CountDownLatch late = new CountDownLatch(1);
        connection().onGone(late::countDown);
        assertEquals(0, late.getCount());
    }

    @Test
    void bytes_thatCameBeforeTheClose_areReadFirst() throws Exception {
        client.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
        client.close();
        assertGone();
        assertEquals("abc", new String(accepted.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }

    @Test
    void upload_thatIsLargerThanTheReadAhead_arrivesWhole() throws Exception {
        byte[] much = new byte[3_000_000];
        much[much.length - 1] = 7;
        Thread sender = new Thread(() -> {
            try {
                client.getOutputStream().write(much);
                client.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sender.start();
        byte[] read = accepted.getInputStream().readAllBytes();
        sender.join();
        assertEquals(much.length, read.length);
        assertEquals(7, read[read.length - 1]);
    }

    @Test
    void write_toAPeerThatDoesNotRead_neverBlocksAndArrivesAfterClose() throws Exception {
        byte[] much = new byte[20_000_000];
        much[much.length - 1] = 7;
        accepted.getOutputStream().write(much);
        accepted.close();
        assertTrue(accepted.isClosed());
        assertThrows(SocketException.class, () -> accepted.getOutputStream().write(1));
        byte[] read = client.getInputStream().readAllBytes();
        assertEquals(much.length, read.length);
        assertEquals(7, read[read.length - 1]);
    }

    @Test
    void reset_isWhatThePeerSees() throws Exception {
        connection().reset();
        assertThrows(SocketException.class, () -> client.getInputStream().read());
        assertEquals(0, gone.getCount());
    }

    @Test
    void silence_betweenRequests_endsTheConnection() throws Exception {
        assertEquals(-1, accepted.getInputStream().read());
        assertEquals(1, gone.getCount());
    }

    @Test
    void silence_insideARequest_doesNot() throws Exception {
        client.getOutputStream().write('a');
        assertEquals('a', accepted.getInputStream().read());
        Thread later = new Thread(() -> {
            try {
                // Three times the limit, measured by the one thing here that waits: a read that nothing answers.
                client.setSoTimeout(150);
                assertThrows(
                        SocketTimeoutException.class,
                        () -> client.getInputStream().read());
                client.getOutputStream().write('b');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        later.start();
        assertEquals('b', accepted.getInputStream().read());
        later.join();
    }
}
