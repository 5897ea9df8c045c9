package io.llamaorch.adapter.llamacpp.internal.wire;

import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.READ;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V12;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.V13;
import static io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.joined;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.TlsBench.Pair;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text over TLS record by record, without a socket: whole at every split, and read as it comes (SEC-02, FLW-02). */
@NoLeaks
class TlsChannelTextTest {

    private static final String TEXT = "HTTP/1.1 200 OK\r\n\r\nall of it";

    private static TlsBench.Identities identities;

    private final TlsBench bench = new TlsBench(identities);

    @BeforeAll
    static void makeIdentities(@TempDir Path folder) throws Exception {
        identities = TlsBench.Identities.in(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void text_inOneRecord_isWholeAtEverySplit(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        int length = pair.server().encrypt("").length + TEXT.length() + 40;
        bench.readAll(pair.client());
        for (int split = 0; split < length; split++) {
            byte[] record = pair.server().encrypt(TEXT);
            int at = Math.min(split, record.length);
            bench.wire.give(Arrays.copyOf(record, at));
            String first = bench.readAll(pair.client());
            assertEquals(at < record.length ? "" : TEXT, first, "before the split at " + at);
            bench.wire.give(Arrays.copyOfRange(record, at, record.length));
            assertEquals(TEXT, first + bench.readAll(pair.client()), "split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void handshakeAndText_byteByByte_areTheSameAsWhole(String protocol) throws Exception {
        Pair pair = bench.pair(protocol, 1);
        bench.give(joined(pair.server().encrypt(TEXT), pair.server().encrypt(TEXT)), 1);
        assertEquals(TEXT + TEXT, bench.readAll(pair.client()));
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void text_inManyRecordsAndRandomPieces_isWhole(String protocol) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        for (int round = 0; round < 20; round++) {
            StringBuilder expected = new StringBuilder();
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            for (int i = random.nextInt(60); i >= 0; i--) {
                String words = "x".repeat(1 + (random.nextInt(8) == 0 ? random.nextInt(READ) : random.nextInt(50)));
                expected.append(words);
                records.writeBytes(pair.server().encrypt(words));
            }
            byte[] all = records.toByteArray();
            for (int from = 0; from < all.length; ) {
                int to = Math.min(all.length, from + 1 + random.nextInt(random.nextBoolean() ? 30 : 20_000));
                bench.wire.give(Arrays.copyOfRange(all, from, to));
                from = to;
            }
            assertEquals(expected.toString(), bench.readAll(pair.client()), "seed " + seed + ", round " + round);
        }
    }

    /** FLW-02: what a read brings in is handed over by that read, and no record that is whole stays behind. */
    @Test
    void manySmallRecords_inOnePiece_areOneRead() throws Exception {
        Pair pair = bench.pair(V13);
        bench.readAll(pair.client());
        byte[][] records = new byte[300][];
        for (int i = 0; i < records.length; i++) {
            records[i] = pair.server().encrypt("abc");
        }
        bench.wire.give(joined(records));
        int reads = bench.wire.reads;
        assertEquals(300 * 3, bench.read(pair.client()));
        assertEquals(1, bench.wire.reads - reads);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void largestRecord_fitsIntoOneReadOfText(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        byte[] record = pair.server().encrypt("x".repeat(READ));
        bench.wire.give(joined(
                record, pair.server().encrypt("y".repeat(READ)), pair.server().encrypt("z")));
        assertEquals("x".repeat(READ) + "y".repeat(READ) + "z", bench.readAll(pair.client()));
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void largeText_throughASocketThatTakesLittle_arrivesWhole(String protocol) throws Exception {
        Pair pair = bench.pair(protocol);
        bench.readAll(pair.client());
        ByteBuffer words = ByteBuffer.wrap("abcdefgh".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        bench.wire.room = 0;
        while (words.hasRemaining() || pair.client().hasUnsent()) {
            bench.wire.room = 1000;
            pair.client().write(words);
            pair.server().take(bench.wire.takeSent());
        }
        assertEquals("abcdefgh".repeat(10_000), pair.server().text());
    }

    /** Text that comes in one piece with the end of the handshake is not lost. */
    @Test
    void textThatCameWithTheHandshake_isReadWithoutTheSocket() throws Exception {
        TlsServer server = bench.server(V12);
        TlsChannel client = bench.client();
        client.handshake();
        bench.wire.give(server.take(bench.wire.takeSent()));
        advance(client, TlsChannel.Need.INPUT);
        byte[] last = server.take(bench.wire.takeSent());
        bench.wire.give(joined(last, server.encrypt("early")));
        advance(client, TlsChannel.Need.NOTHING);
        int reads = bench.wire.reads;
        assertEquals(5, bench.read(client));
        assertEquals(reads, bench.wire.reads);
    }

    private static void advance(TlsChannel client, TlsChannel.Need until) throws IOException {
        TlsChannel.Need need = client.handshake();
        for (int turns = 0; need == TlsChannel.Need.TASK; turns++) {
            assertTrue(turns < 100, "tasks without end");
            TlsBench.runTasks(client);
            need = client.handshake();
        }
        assertEquals(until, need);
    }
}
