package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Getting a connection, and not getting one (TIM-01, ERR-03). */
@NoLeaks
class ConnectTest {

    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final WireRequest GET =
            WireRequest.get("/").connectLimit(LIMIT).build();
    private static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private void resolveTo(String... addresses) {
        fixture.resolveWith(host -> {
            InetAddress[] found = new InetAddress[addresses.length];
            for (int i = 0; i < found.length; i++) {
                found[i] = InetAddress.getByName(addresses[i]);
            }
            return found;
        });
    }

    private Recorder call(String host, int port) {
        Recorder recorder = new Recorder();
        fixture.transport(Endpoint.parse("http://" + host + ":" + port)).stream(GET, recorder);
        return recorder;
    }

    private static int closedPort() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            return server.getLocalPort();
        }
    }

    @Test
    void connect_whereNothingListens_isRefused() throws Exception {
        int port = closedPort();
        WireFailure failure = call("127.0.0.1", port).awaitFailure();
        assertEquals(Kind.REFUSED, failure.kind());
        assertEquals("127.0.0.1:" + port + ": the connection was refused", failure.message());
        assertFalse(failure.responseSeen());
    }

    @Test
    void connect_toAnAddress_looksNothingUp() throws Exception {
        fixture.resolveWith(host -> {
            throw new UnknownHostException("looked up: " + host);
        });
        Peer peer = fixture.closing(Peer.answering(NO_CONTENT));
        assertEquals(
                List.of("connected", "head 204", "end"),
                call("127.0.0.1", peer.port()).awaitOutcome().events());
    }

    @Test
    void connect_byName_looksItUp() throws Exception {
        resolveTo("127.0.0.1");
        Peer peer = fixture.closing(Peer.answering(NO_CONTENT));
        assertEquals(
                List.of("connected", "head 204", "end"),
                call("engine-1", peer.port()).awaitOutcome().events());
    }

    @Test
    void connect_toAnUnknownName_failsTheLookup() throws Exception {
        fixture.resolveWith(host -> {
            throw new UnknownHostException(host);
        });
        WireFailure failure = call("engine-1", 1).awaitFailure();
        assertEquals(Kind.NAME_LOOKUP, failure.kind());
        assertTrue(failure.message().startsWith("engine-1:1: "), failure.message());
    }

    @Test
    void connect_toANameWithoutAddresses_failsTheLookup() throws Exception {
        resolveTo();
        assertEquals(Kind.NAME_LOOKUP, call("engine-1", 1).awaitFailure().kind());
    }

    @Test
    void connect_whenTheResolverThrows_failsTheLookup() throws Exception {
        fixture.resolveWith(host -> {
            throw new IllegalStateException("broken");
        });
        assertEquals(Kind.NAME_LOOKUP, call("engine-1", 1).awaitFailure().kind());
    }

    @Test
    void connect_whenTheFirstAddressRefuses_takesTheNext() throws Exception {
        resolveTo("127.0.0.2", "::1", "127.0.0.1");
        Peer peer = fixture.closing(Peer.answering(NO_CONTENT));
        assertEquals(
                List.of("connected", "head 204", "end"),
                call("engine-1", peer.port()).awaitOutcome().events());
    }

    @Test
    void connect_whenItHangs_timesOut() throws Exception {
        FullListener full = fixture.closing(new FullListener("127.0.0.1", 0));
        Recorder recorder = call("127.0.0.1", full.port());
        fixture.time().awaitTimer(LIMIT);
        fixture.time().advance(LIMIT);
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.CONNECT_TIMEOUT, failure.kind());
        assertTrue(failure.message().contains("4000 ms"), failure.message());
    }

    @Test
    void connect_whenTheFirstAddressHangs_takesTheNextInTime() throws Exception {
        Peer peer = fixture.closing(Peer.answering(NO_CONTENT));
        fixture.closing(new FullListener("127.0.0.2", peer.port()));
        resolveTo("127.0.0.2", "127.0.0.1");
        Recorder recorder = call("engine-1", peer.port());
        fixture.time().awaitTimer(LIMIT.dividedBy(2));
        fixture.time().advance(LIMIT.dividedBy(2));
        assertEquals(
                List.of("connected", "head 204", "end"), recorder.awaitOutcome().events());
    }

    @Test
    void lookup_whenItHangs_countsForTheConnectLimit() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        fixture.resolveWith(host -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        Recorder recorder = call("engine-1", 1);
        fixture.time().awaitTimer(LIMIT);
        fixture.time().advance(LIMIT);
        assertEquals(Kind.CONNECT_TIMEOUT, recorder.awaitFailure().kind());
        answer.countDown();
        fixture.turn();
        assertEquals(List.of("failure CONNECT_TIMEOUT"), recorder.events());
    }
}
