package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.tck.ManualTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives a test its transports, and closes what it opened. */
final class WireFixture implements AfterEachCallback {

    static final WireRequest GET = WireRequest.get("/health").build();

    private final ManualTime time = new ManualTime();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private SharedLoop shared = new SharedLoop();

    ManualTime time() {
        return time;
    }

    SharedLoop shared() {
        return shared;
    }

    /** Has names looked up like this from now on. */
    void resolveWith(NameLookup.Resolver resolver) {
        shared = new SharedLoop(resolver);
    }

    SocketTransport transport(Endpoint endpoint) {
        return transport(endpoint, TlsOptions.NONE);
    }

    SocketTransport transport(Endpoint endpoint, TlsOptions tls) {
        return closing(new SocketTransport(endpoint, tls, shared, time));
    }

    SocketTransport transport(Peer peer) {
        return transport(closing(peer).endpoint());
    }

    /** Closes this at the end, the last one first. */
    <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Makes the I/O thread turn many times, so that whatever it was about to do is done afterwards. */
    void turn() throws Exception {
        SocketTransport aside = transport(Peer.answering("HTTP/1.1 204 No Content\r\n\r\n"));
        for (int i = 0; i < 5; i++) {
            Recorder recorder = new Recorder();
            aside.exchange(GET, recorder);
            assertEquals(List.of("answer"), recorder.awaitOutcome().events());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
