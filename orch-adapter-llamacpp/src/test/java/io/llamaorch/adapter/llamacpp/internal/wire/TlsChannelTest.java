package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.Identity;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS record by record, without a socket: every split, and what comes beside the text (SEC-02, SEC-05, FLW-02). */
@NoLeaks
class TlsChannelTest {

    private static final String V12 = "TLSv1.2";
    private static final String V13 = "TLSv1.3";
    private static final String TEXT = "HTTP/1.1 200 OK\r\n\r\nall of it";
    private static final int READ = 16 * 1024;

    private static SSLContext serverContext;
    private static TlsClient tls;

    private final Wire wire = new Wire();
    private final ByteBuffer buffer = ByteBuffer.allocate(READ);
    private final ByteBuffer scratch = ByteBuffer.allocate(17 * 1024);

    @BeforeAll
    static void makeIdentity(@TempDir Path folder) throws Exception {
        Identity identity = Identity.of("127.0.0.1");
        serverContext = identity.context();
        tls = new TlsClient(
                TlsOptions.read(Map.of("trust-store", identity.pemIn(folder).toString())));
        tls.begin("127.0.0.1", 1); // reads the file
    }

    /** A socket whose peer is this test: each read takes one piece that was given, or less. */
    private static final class Wire implements ByteChannel {
        private final Queue<byte[]> pieces = new ArrayDeque<>();
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;
        private boolean ended;
        private int reads;

        void give(byte[] bytes) {
            pieces.add(bytes);
        }

        byte[] takeSent() {
            byte[] bytes = sent.toByteArray();
            sent.reset();
            return bytes;
        }

        @Override
        public int read(ByteBuffer to) {
            reads++;
            byte[] piece = pieces.poll();
            if (piece == null) {
                return ended ? -1 : 0;
            }
            int taken = Math.min(piece.length, to.remaining());
            to.put(piece, 0, taken);
            if (taken < piece.length) {
                ((ArrayDeque<byte[]>) pieces).addFirst(Arrays.copyOfRange(piece, taken, piece.length));
            }
            return taken;
        }

        @Override
        public int write(ByteBuffer from) {
            int taken = Math.min(room, from.remaining());
            for (int i = 0; i < taken; i++) {
                sent.write(from.get());
            }
            room -= taken;
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private record Pair(TlsChannel client, TlsServer server) {}

    private TlsServer server(String protocol) throws Exception {
        return new TlsServer(serverContext.createSSLEngine(), protocol);
    }

    private TlsChannel client() throws Exception {
        return new TlsChannel(wire, tls.begin("127.0.0.1", 1), size -> scratch.clear());
    }

    /** Both after their handshake, with every answer of the server cut into pieces of this size. */
    private Pair pair(String protocol, int pieceSize) throws Exception {
        TlsServer server = server(protocol);
        TlsChannel client = client();
        shake(client, server, pieceSize);
        assertEquals(protocol, server.engine().getSession().getProtocol());
        return new Pair(client, server);
    }

    private Pair pair(String protocol) throws Exception {
        return pair(protocol, Integer.MAX_VALUE);
    }

    private void shake(TlsChannel client, TlsServer server, int pieceSize) throws Exception {
        TlsChannel.Need need = TlsChannel.Need.OUTPUT;
        for (int turns = 0; need != TlsChannel.Need.NOTHING || !server.isHandshakeDone(); turns++) {
            assertTrue(turns < 20_000, "the handshake does not end");
            if (need != TlsChannel.Need.NOTHING) {
                need = client.handshake();
            }
            if (need == TlsChannel.Need.TASK) {
                for (Runnable task = client.task(); task != null; task = client.task()) {
                    task.run();
                }
            }
            give(server.take(wire.takeSent()), pieceSize);
        }
    }

    private void give(byte[] bytes, int pieceSize) {
        for (int from = 0; from < bytes.length; from += Math.min(pieceSize, bytes.length - from)) {
            wire.give(Arrays.copyOfRange(bytes, from, from + Math.min(pieceSize, bytes.length - from)));
        }
    }

    /** What the client reads until nothing more comes; an end is told as {@code <end>}. */
    private String readAll(TlsChannel client) throws IOException {
        StringBuilder all = new StringBuilder();
        boolean more = true;
        while (more) {
            int count = client.read(buffer.clear());
            assertTrue(count <= READ);
            all.append(count < 0 ? "<end>" : StandardCharsets.ISO_8859_1.decode(buffer.flip()));
            more = count >= 0 && (count > 0 || !wire.pieces.isEmpty() || client.hasEnded());
        }
        return all.toString();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void text_inOneRecord_isWholeAtEverySplit(String protocol) throws Exception {
        Pair pair = pair(protocol);
        int length = pair.server.encrypt("").length + TEXT.length() + 40;
        readAll(pair.client);
        for (int split = 0; split < length; split++) {
            byte[] record = pair.server.encrypt(TEXT);
            int at = Math.min(split, record.length);
            wire.give(Arrays.copyOf(record, at));
            String first = readAll(pair.client);
            assertEquals(at < record.length ? "" : TEXT, first, "before the split at " + at);
            wire.give(Arrays.copyOfRange(record, at, record.length));
            assertEquals(TEXT, first + readAll(pair.client), "split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void handshakeAndText_byteByByte_areTheSameAsWhole(String protocol) throws Exception {
        Pair pair = pair(protocol, 1);
        give(joined(pair.server.encrypt(TEXT), pair.server.encrypt(TEXT)), 1);
        assertEquals(TEXT + TEXT, readAll(pair.client));
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void text_inManyRecordsAndRandomPieces_isWhole(String protocol) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Pair pair = pair(protocol);
        readAll(pair.client);
        for (int round = 0; round < 20; round++) {
            StringBuilder expected = new StringBuilder();
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            for (int i = random.nextInt(60); i >= 0; i--) {
                String words = "x".repeat(1 + (random.nextInt(8) == 0 ? random.nextInt(READ) : random.nextInt(50)));
                expected.append(words);
                records.writeBytes(pair.server.encrypt(words));
            }
            byte[] all = records.toByteArray();
            for (int from = 0; from < all.length; ) {
                int to = Math.min(all.length, from + 1 + random.nextInt(random.nextBoolean() ? 30 : 20_000));
                wire.give(Arrays.copyOfRange(all, from, to));
                from = to;
            }
            assertEquals(expected.toString(), readAll(pair.client), "seed " + seed + ", round " + round);
        }
    }

    /** FLW-02: what a read brings in is handed over by that read, and no record that is whole stays behind. */
    @Test
    void manySmallRecords_inOnePiece_areOneRead() throws Exception {
        Pair pair = pair(V13);
        readAll(pair.client);
        byte[][] records = new byte[300][];
        for (int i = 0; i < records.length; i++) {
            records[i] = pair.server.encrypt("abc");
        }
        wire.give(joined(records));
        int reads = wire.reads;
        assertEquals(300 * 3, pair.client.read(buffer.clear()));
        assertEquals(1, wire.reads - reads);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void largestRecord_fitsIntoOneReadOfText(String protocol) throws Exception {
        Pair pair = pair(protocol);
        readAll(pair.client);
        byte[] record = pair.server.encrypt("x".repeat(READ));
        wire.give(joined(record, pair.server.encrypt("y".repeat(READ)), pair.server.encrypt("z")));
        assertEquals("x".repeat(READ) + "y".repeat(READ) + "z", readAll(pair.client));
    }

    @Test
    void newKeys_areTakenAndAnswered() throws Exception {
        Pair pair = pair(V13);
        readAll(pair.client);
        wire.give(joined(pair.server.encrypt("a"), pair.server.again(), pair.server.encrypt("b")));
        assertEquals("ab", readAll(pair.client));
        assertFalse(pair.client.hasUnsent());
        pair.client.write(ByteBuffer.wrap("under new keys".getBytes(StandardCharsets.US_ASCII)));
        pair.server.take(wire.takeSent());
        assertEquals("under new keys", pair.server.text());
    }

    @Test
    void newKeys_whenThePeerDoesNotRead_areAnsweredWhenItDoes() throws Exception {
        Pair pair = pair(V13);
        readAll(pair.client);
        wire.room = 3;
        wire.give(joined(pair.server.again(), pair.server.encrypt("a")));
        assertEquals("a", readAll(pair.client));
        assertTrue(pair.client.hasUnsent());
        wire.room = Integer.MAX_VALUE;
        assertTrue(pair.client.flush());
        assertEquals(4, pair.client.write(ByteBuffer.wrap("text".getBytes(StandardCharsets.US_ASCII))));
        pair.server.take(wire.takeSent());
        assertEquals("text", pair.server.text());
    }

    /** SEC-05: a peer that asks for answers and does not read them is given up. */
    @Test
    void newKeys_withoutEndForAPeerThatDoesNotRead_endInBoundedMemory() throws Exception {
        Pair pair = pair(V13);
        readAll(pair.client);
        wire.room = 0;
        SSLException thrown = assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 5_000; i++) {
                wire.give(joined(pair.server.again(), pair.server.encrypt("a")));
                readAll(pair.client);
            }
        });
        assertEquals("it does not read what it asks for", thrown.getMessage());
    }

    /** SEC-05: nor may records without text keep the thread busy for ever. */
    @Test
    void newKeys_withoutEndAndWithoutText_areRefused() throws Exception {
        Pair pair = pair(V13);
        readAll(pair.client);
        SSLException thrown = assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 1_000; i++) {
                wire.give(pair.server.again());
                readAll(pair.client);
            }
        });
        assertEquals("more than 64 records in a row had no text", thrown.getMessage());
    }

    @Test
    void handshakeAnew_ofTls12_isRefused() throws Exception {
        Pair pair = pair(V12);
        readAll(pair.client);
        wire.give(joined(pair.server.encrypt("a"), pair.server.again(), pair.server.encrypt("b")));
        assertEquals(1, pair.client.read(buffer.clear()));
        assertTrue(pair.client.hasEnded());
        SSLException thrown = assertThrows(SSLException.class, () -> pair.client.read(buffer.clear()));
        assertEquals("it wants another handshake, which is refused", thrown.getMessage());
        assertEquals(0, wire.takeSent().length);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void closeNotify_afterText_isAnEndWithoutAnyAnswer(String protocol) throws Exception {
        Pair pair = pair(protocol);
        readAll(pair.client);
        wire.give(joined(
                pair.server.encrypt("all"), pair.server.closeNotify(), "garbage".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(3, pair.client.read(buffer.clear()));
        assertTrue(pair.client.hasEnded());
        assertEquals(-1, pair.client.read(buffer.clear()));
        assertEquals(0, wire.takeSent().length);
    }

    /** EVT-05: who closes the socket without TLS's own end has cut the stream, wherever that was. */
    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void cut_atEveryOffset_isNoEnd(String protocol) throws Exception {
        int length = pair(protocol).server.encrypt("some").length;
        for (int kept = 0; kept <= length; kept++) {
            wire.pieces.clear();
            wire.ended = false;
            Pair pair = pair(protocol);
            readAll(pair.client);
            byte[] record = pair.server.encrypt("some");
            wire.give(Arrays.copyOf(record, kept));
            wire.ended = true;
            int count = pair.client.read(buffer.clear());
            assertEquals(kept < length ? 0 : 4, count, "cut at " + kept);
            assertThrows(EOFException.class, () -> pair.client.read(buffer.clear()), "cut at " + kept);
            wire.takeSent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void garbageAfterText_isTheTextAndThenAFailure(String protocol) throws Exception {
        for (String garbage :
                new String[] {"HTTP/1.1 400 Bad Request", "\u0017\u0003\u0003\u0000\u0020" + "x".repeat(32)}) {
            wire.pieces.clear();
            Pair pair = pair(protocol);
            readAll(pair.client);
            wire.give(joined(pair.server.encrypt("text"), garbage.getBytes(StandardCharsets.ISO_8859_1)));
            assertEquals(4, pair.client.read(buffer.clear()));
            assertTrue(pair.client.hasEnded());
            assertThrows(SSLException.class, () -> pair.client.read(buffer.clear()));
            assertEquals(0, wire.takeSent().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aByteOfARecord_whenChanged_isNoticed(String protocol) throws Exception {
        int length = pair(protocol).server.encrypt("some").length;
        for (int at = 5; at < length; at += 4) {
            wire.pieces.clear();
            Pair pair = pair(protocol);
            readAll(pair.client);
            byte[] record = pair.server.encrypt("some");
            record[at] ^= 1;
            wire.give(record);
            assertThrows(SSLException.class, () -> pair.client.read(buffer.clear()), "changed at " + at);
        }
    }

    /** A record that cannot fit would never be whole, and the socket that holds the rest of it be ready for ever. */
    @Test
    void recordInTheHandshake_thatIsTooLarge_isRefusedAndNotAwaited() throws Exception {
        TlsChannel client = client();
        for (TlsChannel.Need need = client.handshake(); need != TlsChannel.Need.INPUT; need = client.handshake()) {
            assertEquals(TlsChannel.Need.TASK, need);
            client.task().run();
        }
        wire.give(joined(new byte[] {22, 3, 3, (byte) 0x80, 0}, new byte[20_000]));
        assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 10; i++) {
                client.handshake();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void record_thatIsTooLarge_isRefusedAndNotAwaited(String protocol) throws Exception {
        Pair pair = pair(protocol);
        readAll(pair.client);
        wire.give(joined(new byte[] {23, 3, 3, 0x41, 0x50}, new byte[20_000]));
        assertThrows(SSLException.class, () -> {
            for (int i = 0; i < 10; i++) {
                pair.client.read(buffer.clear());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void fatalAlert_afterText_isAFailureThatNamesIt(String protocol) throws Exception {
        Pair pair = pair(protocol);
        readAll(pair.client);
        wire.give(joined(pair.server.encrypt("text"), pair.server.fatalAlert()));
        assertEquals(4, pair.client.read(buffer.clear()));
        SSLException thrown = assertThrows(SSLException.class, () -> pair.client.read(buffer.clear()));
        assertTrue(String.valueOf(thrown.getMessage()).contains("bad_record_mac"), thrown::toString);
        assertTrue(tls.refusal(thrown).isEmpty(), "it broke, and refused nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void largeText_throughASocketThatTakesLittle_arrivesWhole(String protocol) throws Exception {
        Pair pair = pair(protocol);
        readAll(pair.client);
        ByteBuffer words = ByteBuffer.wrap("abcdefgh".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        wire.room = 0;
        while (words.hasRemaining() || pair.client.hasUnsent()) {
            wire.room = 1000;
            pair.client.write(words);
            pair.server.take(wire.takeSent());
        }
        assertEquals("abcdefgh".repeat(10_000), pair.server.text());
    }

    /** Text that comes in one piece with the end of the handshake is not lost. */
    @Test
    void textThatCameWithTheHandshake_isReadWithoutTheSocket() throws Exception {
        TlsServer server = server(V12);
        TlsChannel client = client();
        client.handshake();
        wire.give(server.take(wire.takeSent()));
        advance(client, TlsChannel.Need.INPUT);
        byte[] last = server.take(wire.takeSent());
        wire.give(joined(last, server.encrypt("early")));
        advance(client, TlsChannel.Need.NOTHING);
        int reads = wire.reads;
        assertEquals(5, client.read(buffer.clear()));
        assertEquals(reads, wire.reads);
    }

    private static void advance(TlsChannel client, TlsChannel.Need until) throws IOException {
        TlsChannel.Need need = client.handshake();
        for (int turns = 0; need == TlsChannel.Need.TASK; turns++) {
            assertTrue(turns < 100, "tasks without end");
            for (Runnable task = client.task(); task != null; task = client.task()) {
                task.run();
            }
            need = client.handshake();
        }
        assertEquals(until, need);
    }
}
