package io.llamaorch.adapter.llamacpp.internal.wire;

import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V12;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V13;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.joined;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.Pair;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that wants new keys gets them with TLS 1.3, within bounds, and no other handshake with TLS 1.2 (SEC-05). */
@NoLeaks
class TlsChannelRekeyTest {

    private static TlsBench.Identities identities;

    private final TlsBench bench = new TlsBench(identities);

    @BeforeAll
    static void makeIdentities(@TempDir Path folder) throws Exception {
        identities = TlsBench.Identities.in(folder);
    }

    @Test
    void newKeys_areTakenAndAnswered() throws Exception {
        Pair pair = bench.pair(V13);
        bench.readAll(pair.client());
        bench.wire.give(joined(
                pair.server().encrypt("a"), pair.server().again(), pair.server().encrypt("b")));
        assertEquals("ab", bench.readAll(pair.client()));
        assertFalse(pair.client().hasUnsent());
        pair.client().write(ByteBuffer.wrap("under new keys".getBytes(StandardCharsets.US_ASCII)));
        pair.server().take(bench.wire.takeSent());
        assertEquals("under new keys", pair.server().text());
    }

    @Test
    void newKeys_whenThePeerDoesNotRead_areAnsweredWhenItDoes() throws Exception {
        Pair pair = bench.pair(V13);
        bench.readAll(pair.client());
        bench.wire.room = 3;
        bench.wire.give(joined(pair.server().again(), pair.server().encrypt("a")));
        assertEquals("a", bench.readAll(pair.client()));
        assertTrue(pair.client().hasUnsent());
        bench.wire.room = Integer.MAX_VALUE;
        assertTrue(pair.client().flush());
        assertEquals(4, pair.client().write(ByteBuffer.wrap("text".getBytes(StandardCharsets.US_ASCII))));
        pair.server().take(bench.wire.takeSent());
        assertEquals("text", pair.server().text());
    }

    /** SEC-05: a peer that asks for answers and does not read them is given up. */
    @Test
    void newKeys_withoutEndForAPeerThatDoesNotRead_endInBoundedMemory() throws Exception {
        Pair pair = bench.pair(V13);
        bench.readAll(pair.client());
        bench.wire.room = 0;
        SSLException thrown = assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 5_000; i++) {
                bench.wire.give(joined(pair.server().again(), pair.server().encrypt("a")));
                bench.readAll(pair.client());
            }
        });
        assertEquals("it does not read what it asks for", thrown.getMessage());
    }

    /** SEC-05: nor may records without text keep the thread busy for ever. */
    @Test
    void newKeys_withoutEndAndWithoutText_areRefused() throws Exception {
        Pair pair = bench.pair(V13);
        bench.readAll(pair.client());
        SSLException thrown = assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 1_000; i++) {
                bench.wire.give(pair.server().again());
                bench.readAll(pair.client());
            }
        });
        assertEquals("more than 64 records in a row had no text", thrown.getMessage());
    }

    @Test
    void handshakeAnew_ofTls12_isRefused() throws Exception {
        Pair pair = bench.pair(V12);
        bench.readAll(pair.client());
        bench.wire.give(joined(
                pair.server().encrypt("a"), pair.server().again(), pair.server().encrypt("b")));
        assertEquals(1, bench.read(pair.client()));
        assertTrue(pair.client().hasEnded());
        SSLException thrown = assertThrows(SSLException.class, () -> bench.read(pair.client()));
        assertEquals("it wants another handshake, which is refused", thrown.getMessage());
        assertEquals(0, bench.wire.takeSent().length);
    }
}
