package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.Endpoint;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.llamacpp.internal.wire.SocketTransport;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * The same as {@link StreamCutTest} over sockets, for a sample: whole and cut streams in random segments, with a real end
 * of input and a real reset (EVT-01 to 06, EVT-08).
 */
@NoLeaks
class StreamCutSocketTest {

    private static final long SEED = 20261127;
    private static final int ROUNDS = 2000;

    private final List<Recording> recordings = Recordings.all();
    private final Map<Recording, Reference> references = new HashMap<>();
    private final Random random = new Random(SEED);

    /** What is sent, how much of it, how it ends, and what must come of it. */
    private record Cut(Recording of, byte[] raw, int length, boolean reset, List<List<String>> right) {
        @Override
        public String toString() {
            return of + (reset ? " reset" : " closed") + " after " + length + " of " + raw.length + " bytes, seed "
                    + SEED;
        }
    }

    @Test
    void stream_cutAnywhereOverASocket_isACutAfterWhatWasWhole() throws Exception {
        try (Trial trial = new Trial();
                RawServer server = RawServer.sending(new byte[0]);
                Transport transport = new SocketTransport(
                        Endpoint.parse("http://127.0.0.1:" + server.port()),
                        TlsOptions.NONE,
                        new SharedLoop(),
                        trial.time())) {
            for (int round = 0; round < ROUNDS; round++) {
                check(trial, transport, server, next());
            }
        }
    }

    private Cut next() {
        Recording recording = recordings.get(random.nextInt(recordings.size()));
        Reference reference = references.computeIfAbsent(recording, Reference::of);
        boolean reset = random.nextInt(3) == 0;
        if (!reset && recording.isChunked() && random.nextBoolean()) {
            int at = length(recording.body().length);
            byte[] raw = recording.endedCleanlyAfter(at);
            return new Cut(recording, raw, raw.length, false, reference.right(at));
        }
        int at = length(recording.raw().length);
        List<List<String>> right = at < recording.headLength()
                ? reference.rightBeforeTheHead()
                : reference.right(recording.bodyWithin(at));
        return new Cut(recording, recording.raw(), at, reset, right);
    }

    /** One in eight is whole. */
    private int length(int whole) {
        return random.nextInt(8) == 0 ? whole : random.nextInt(whole + 1);
    }

    private void check(Trial trial, Transport transport, RawServer server, Cut cut) throws InterruptedException {
        AtomicReference<HeardLines> begun = new AtomicReference<>();
        Random pieces = new Random(random.nextLong());
        server.answer(socket -> {
            send(socket, cut, pieces);
            if (cut.reset) {
                // a reset may overtake what was sent before it, so all that counts must have arrived
                List<String> lines = cut.right.get(0);
                boolean endsByReset = lines.get(lines.size() - 1).startsWith("Error " + ErrorCode.WORKER_RESET);
                int before = endsByReset ? lines.size() - 1 : lines.size();
                Patience.await(
                        "the events before the reset",
                        () -> begun.get() != null && begun.get().count() >= before);
                RawServer.reset(socket);
            }
        });
        HeardLines heard = trial.begin(transport);
        begun.set(heard);
        heard.await();
        assertEquals("", heard.fault(), cut::toString);
        if (!cut.right.contains(heard.lines())) {
            assertEquals(cut.right.get(0), heard.lines(), cut::toString);
        }
    }

    private static void send(Socket socket, Cut cut, Random random) throws IOException {
        int most = 1 + random.nextInt(cut.length + 1);
        for (int at = 0; at < cut.length; ) {
            int end = Math.min(cut.length, at + 1 + random.nextInt(most));
            socket.getOutputStream().write(cut.raw, at, end - at);
            at = end;
        }
    }
}
