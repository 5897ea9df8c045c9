package io.llamaorch.adapter.llamacpp.internal.wire;

import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V12;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V13;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.joined;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.Pair;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How TLS ends, record by record: as agreed, by a cut, or because of what came instead (SEC-02, SEC-05, EVT-05). */
@NoLeaks
class TlsChannelEndTest {

    private static TlsBench.Identities identities;

    private final TlsBench bench = new TlsBench(identities);

    @BeforeAll
    static void makeIdentities(@TempDir Path folder) throws Exception {
        identities = TlsBench.Identities.in(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void closeNotify_afterText_isAnEndWithoutAnyAnswer(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        bench.wire.give(joined(
                pair.server().encrypt("all"),
                pair.server().closeNotify(),
                "garbage".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(3, bench.read(pair.client()));
        assertTrue(pair.client().hasEnded());
        assertEquals(-1, bench.read(pair.client()));
        assertEquals(0, bench.wire.takeSent().length);
    }

    /** EVT-05: who closes the socket without TLS's own end has cut the stream, wherever that was. */
    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void cut_atEveryOffset_isNoEnd(String protocol) throws Exception {
        int length = bench.pair(protocol).server().encrypt("some").length;
        for (int kept = 0; kept <= length; kept++) {
            bench.wire.forgetPieces();
            bench.wire.ended = false;
            Pair pair = bench.pair(protocol);
            bench.readAll(pair.client());
            byte[] record = pair.server().encrypt("some");
            bench.wire.give(Arrays.copyOf(record, kept));
            bench.wire.ended = true;
            int count = bench.read(pair.client());
            assertEquals(kept < length ? 0 : 4, count, "cut at " + kept);
            assertThrows(EOFException.class, () -> bench.read(pair.client()), "cut at " + kept);
            bench.wire.takeSent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void garbageAfterText_isTheTextAndThenAFailure(String protocol) throws Exception {
        for (String garbage :
                new String[] {"HTTP/1.1 400 Bad Request", "\u0017\u0003\u0003\u0000\u0020" + "x".repeat(32)}) {
            bench.wire.forgetPieces();
            Pair pair = bench.pair(protocol);
            bench.readAll(pair.client());
            bench.wire.give(joined(pair.server().encrypt("text"), garbage.getBytes(StandardCharsets.ISO_8859_1)));
            assertEquals(4, bench.read(pair.client()));
            assertTrue(pair.client().hasEnded());
            assertThrows(SSLException.class, () -> bench.read(pair.client()));
            assertEquals(0, bench.wire.takeSent().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aByteOfARecord_whenChanged_isNoticed(String protocol) throws Exception {
        int length = bench.pair(protocol).server().encrypt("some").length;
        for (int at = 5; at < length; at += 4) {
            bench.wire.forgetPieces();
            Pair pair = bench.pair(protocol);
            bench.readAll(pair.client());
            byte[] record = pair.server().encrypt("some");
            record[at] ^= 1;
            bench.wire.give(record);
            assertThrows(SSLException.class, () -> bench.read(pair.client()), "changed at " + at);
        }
    }

    /** A record that cannot fit would never be whole, and the socket that holds the rest of it be ready for ever. */
    @Test
    void recordInTheHandshake_thatIsTooLarge_isRefusedAndNotAwaited() throws Exception {
        TlsChannel client = bench.client();
        for (TlsChannel.Need need = client.handshake(); need != TlsChannel.Need.INPUT; need = client.handshake()) {
            assertEquals(TlsChannel.Need.TASK, need);
            client.task().run();
        }
        bench.wire.give(joined(new byte[] {22, 3, 3, (byte) 0x80, 0}, new byte[20_000]));
        assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 10; i++) {
                client.handshake();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void record_thatIsTooLarge_isRefusedAndNotAwaited(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        bench.wire.give(joined(new byte[] {23, 3, 3, 0x41, 0x50}, new byte[20_000]));
        assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 10; i++) {
                bench.read(pair.client());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void fatalAlert_afterText_isAFailureThatNamesIt(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        bench.wire.give(joined(pair.server().encrypt("text"), pair.server().fatalAlert()));
        assertEquals(4, bench.read(pair.client()));
        SSLException thrown = assertThrows(SSLException.class, () -> bench.read(pair.client()));
        assertTrue(String.valueOf(thrown.getMessage()).contains("bad_record_mac"), thrown::toString);
        assertTrue(identities.client().refusal(thrown).isEmpty(), "it broke, and refused nothing");
    }
}
