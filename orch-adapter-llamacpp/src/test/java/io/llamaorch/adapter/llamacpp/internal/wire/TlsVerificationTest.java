package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.Identity;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is trusted, and that nobody else is told anything (SEC-02, SEC-03). */
@NoLeaks
class TlsVerificationTest {

    private static final String[] HOSTS = {"127.0.0.1", "::1", "localhost", "engine-1", "a.engine.example"};
    private static final WireRequest GET =
            WireRequest.get("/").header("Authorization", "Bearer the-token").build();
    private static final String NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";

    @TempDir
    private static Path folder;

    private static Identity good;
    private static Path goodPem;

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @BeforeAll
    static void makeIdentity() throws Exception {
        good = Identity.of(HOSTS);
        goodPem = good.pemIn(folder);
    }

    private static TlsOptions trusting(Path file) {
        return TlsOptions.read(Map.of("trust-store", file.toString()));
    }

    /** One that notes all that it could decrypt, and answers if that is a request. */
    private Peer peer(SSLContext context, String... protocols) throws Exception {
        return fixture.closing(Peer.following(line -> answer(line, context, protocols)));
    }

    private void answer(Peer.Line line, SSLContext context, String... protocols) throws IOException {
        TlsLine secured = new TlsLine(line, context, protocols);
        if (secured.tls().isHandshakeDone() && !secured.request().isEmpty()) {
            secured.send(NO_CONTENT);
        }
        seen.add(secured.everything());
    }

    private Recorder call(Endpoint endpoint, TlsOptions options) {
        Recorder recorder = new Recorder();
        fixture.transport(endpoint, options).stream(GET, recorder);
        return recorder;
    }

    private static void assertAnswered(Recorder recorder) throws Exception {
        assertEquals(
                List.of("connected", "head 204", "end"), recorder.awaitOutcome().events());
    }

    private String refusal(Recorder recorder) throws Exception {
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.TLS, failure.kind(), failure.message());
        assertEquals(List.of("failure TLS"), recorder.events());
        assertEquals("", Patience.next(seen), "what the server was told");
        return failure.message();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "localhost", "engine-1", "a.engine.example"})
    void server_whoseCertificateIsForTheHost_isTrustedAndToldTheNameOnly(String host) throws Exception {
        BlockingQueue<List<?>> names = new LinkedBlockingQueue<>();
        boolean v6 = host.contains(":");
        boolean name = !v6 && !host.startsWith("127");
        fixture.resolveWith(asked -> new InetAddress[] {InetAddress.getByName("127.0.0.1")});
        SSLContext context = good.context();
        Peer peer = fixture.closing(Peer.at(v6 ? "::1" : "127.0.0.1", 0, line -> {
            TlsLine secured = new TlsLine(line, context);
            secured.request();
            names.add(((ExtendedSSLSession) secured.tls().engine().getSession()).getRequestedServerNames());
            secured.send(NO_CONTENT);
            secured.everything();
        }));
        assertAnswered(call(peer.endpoint(v6 ? "[" + host + "]" : host), trusting(goodPem)));
        assertEquals(
                name ? "[type=host_name (0), value=" + host + "]" : "[]",
                Patience.next(names).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void server_thatIsSignedByATrustedAuthority_isTrusted(String protocol) throws Exception {
        Identity authority = Identity.of();
        Peer peer = peer(authority.sign("127.0.0.1").context(), protocol);
        assertAnswered(call(peer.endpoint("127.0.0.1"), trusting(authority.pemIn(folder))));
        assertTrue(Patience.next(seen).contains("Bearer the-token"));
    }

    @Test
    void server_thatIsSignedByAnUntrustedAuthority_isToldNothing() throws Exception {
        Peer peer = peer(Identity.of().sign("127.0.0.1").context());
        String message = refusal(call(peer.endpoint("127.0.0.1"), trusting(goodPem)));
        assertTrue(message.contains("signed by CN=authority, which leads to nobody who is trusted"), message);
        assertTrue(message.contains("'trust-store'"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void server_thatSignedItself_isToldNothing(String protocol) throws Exception {
        Peer peer = peer(good.context(), protocol);
        String message = refusal(call(peer.endpoint("127.0.0.1"), TlsOptions.NONE));
        assertEquals(
                "127.0.0.1:" + peer.port() + ": its certificate (CN=test of 127.0.0.1) is signed by itself and not"
                        + " trusted: give it in option 'trust-store'",
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void server_whoseCertificateIsForOthers_isToldNothing(String protocol) throws Exception {
        Identity other = Identity.of("elsewhere.example", "10.0.0.1");
        Peer peer = peer(other.context(), protocol);
        String message = refusal(call(peer.endpoint("127.0.0.1"), trusting(other.pemIn(folder))));
        assertTrue(message.contains("is for elsewhere.example, 10.0.0.1 and not for 127.0.0.1"), message);
    }

    @Test
    void server_whoseNameIsNotInItsCertificate_isToldNothing() throws Exception {
        fixture.resolveWith(asked -> new InetAddress[] {InetAddress.getByName("127.0.0.1")});
        String message = refusal(call(peer(good.context()).endpoint("b.engine.example"), trusting(goodPem)));
        assertTrue(message.contains("a.engine.example and not for b.engine.example"), message);
    }

    /** A certificate that is trusted by itself too, which the JDK would let pass. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void server_whoseCertificateHasExpired_isToldNothing(boolean trustedByItself) throws Exception {
        Identity expired = Identity.expired("127.0.0.1");
        Path trusted = trustedByItself ? expired.pemIn(folder) : goodPem;
        String message = refusal(call(peer(expired.context()).endpoint("127.0.0.1"), trusting(trusted)));
        assertTrue(message.contains("has expired (its own on 20"), message);
    }

    @Test
    void server_whoseCertificateIsNotValidYet_isToldNothing() throws Exception {
        Identity early = Identity.early("127.0.0.1");
        String message = refusal(call(peer(early.context()).endpoint("127.0.0.1"), trusting(early.pemIn(folder))));
        assertTrue(message.contains("not valid yet") && message.contains("clocks"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void serverThatWantsACertificate_whenItIsGiven_answers(String protocol) throws Exception {
        Identity client = Identity.of("client");
        Peer peer = wanting(good.context(client), protocol);
        TlsOptions options = TlsOptions.read(Map.of(
                "trust-store", goodPem.toString(),
                "client-key-store", client.keyStoreIn(folder, "PKCS12").toString(),
                "client-key-store-password", Identity.PASSWORD));
        assertAnswered(call(peer.endpoint("127.0.0.1"), options));
    }

    /** With TLS 1.3 the refusal comes after the handshake, in place of an answer. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void serverThatWantsACertificate_whenNoneIsGiven_isAFailureThatSaysSo(String protocol) throws Exception {
        WireFailure failure = call(
                        wanting(good.context(Identity.of("client")), protocol).endpoint("127.0.0.1"), trusting(goodPem))
                .awaitFailure();
        assertEquals(Kind.TLS, failure.kind(), failure.message());
        assertTrue(failure.message().contains("perhaps it wants a client certificate"), failure.message());
        assertTrue(failure.message().contains("'client-key-store'"), failure.message());
    }

    private Peer wanting(SSLContext context, String protocol) throws Exception {
        return fixture.closing(Peer.following(line -> {
            TlsServer server = new TlsServer(context.createSSLEngine(), protocol);
            server.engine().setNeedClientAuth(true);
            try {
                TlsLine secured = new TlsLine(line, server);
                secured.request();
                secured.send(NO_CONTENT);
                secured.everything();
            } catch (SSLException refused) {
                line.send(server.alert());
                while (line.receive().length > 0) {
                    // a close with bytes unread would be a reset, which can overtake the alert
                }
            }
        }));
    }

    /** A store is read at the first connection, and anew at the next if it could not be. */
    @Test
    void trustStoreThatIsNotThere_failsByNameUntilItIs() throws Exception {
        Path missing = folder.resolve("later.pem");
        Peer peer = peer(good.context());
        SocketTransport transport = fixture.transport(peer.endpoint("127.0.0.1"), trusting(missing));
        Recorder first = new Recorder();
        transport.stream(GET, first);
        WireFailure failure = first.awaitFailure();
        assertEquals(Kind.TLS, failure.kind());
        assertTrue(
                failure.message().contains("option 'trust-store': " + missing + " does not exist"), failure.message());
        Files.copy(goodPem, missing);
        Recorder second = new Recorder();
        transport.stream(GET, second);
        assertAnswered(second);
    }
}
