package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.BodyFault;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.StreamFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The faults that end a text before its end marker, and those that come with the marker. */
final class Strikes {
    private static final byte[] FILLER = "x".repeat(16 * 1024).getBytes(StandardCharsets.ISO_8859_1);
    private static final String HUGE_BEGINS = "data: {\"content\":\"";
    private static final String HUGE_ENDS = "\",\"stop\":false}\n\n";

    private final EngineState engine;
    private final Client client;
    private final Speech speech;
    private final EventChunks chunks;

    Strikes(EngineState engine, Client client, Speech speech, EventChunks chunks) {
        this.engine = engine;
        this.client = client;
        this.speech = speech;
        this.chunks = chunks;
    }

    /** Whether nothing is generated any more once the fault has struck. */
    static boolean endsTheText(Fault fault) {
        return fault instanceof BodyFault.EmptyBody
                || fault instanceof BodyFault.EndlessChunkSize
                || fault instanceof StreamFault.CutAfterTokens
                || fault instanceof StreamFault.ResetAfterTokens
                || fault instanceof StreamFault.EndWithoutMarker
                || fault instanceof StreamFault.ErrorInStream
                || fault instanceof StreamFault.StallAfterTokens
                || fault instanceof StreamFault.SilenceAfterTokens
                || fault instanceof StreamFault.PingsAfterTokens
                || fault instanceof StreamFault.EndlessLine
                || fault instanceof StreamFault.HugeEvent;
    }

    /** Does what such a fault does in place of the rest of the text. */
    void strike(Fault fault) throws IOException {
        if (fault instanceof StreamFault.CutAfterTokens) {
            client.close();
        } else if (fault instanceof StreamFault.ResetAfterTokens) {
            client.reset();
        } else if (fault instanceof StreamFault.StallAfterTokens) {
            while (!chunks.pause(System.nanoTime() + TimeUnit.HOURS.toNanos(1))) {
                // Only the client's leaving ends a stall.
            }
            client.cutOff();
        } else if (fault instanceof StreamFault.SilenceAfterTokens) {
            keepSilent();
        } else if (fault instanceof StreamFault.PingsAfterTokens pings) {
            for (int i = 0; i < pings.count() && engine.awaitPermit(client); i++) {
                chunks.ping();
            }
            keepSilent();
        } else if (fault instanceof StreamFault.EndlessLine) {
            chunks.event(HUGE_BEGINS.getBytes(StandardCharsets.ISO_8859_1));
            while (client.connection().awaitRoom()) {
                chunks.event(FILLER);
            }
            client.cutOff();
        } else if (fault instanceof BodyFault.EndlessChunkSize) {
            chunks.raw("1;");
            while (client.connection().awaitRoom()) {
                chunks.raw("extension=1;");
            }
            client.cutOff();
        } else {
            inOrder(fault);
        }
    }

    private void inOrder(Fault fault) throws IOException {
        if (fault instanceof StreamFault.ErrorInStream error) {
            chunks.event(speech.errorEvent(new EngineError(error.code(), error.message(), error.type())));
        } else if (fault instanceof StreamFault.HugeEvent huge) {
            chunks.event(HUGE_BEGINS.getBytes(StandardCharsets.ISO_8859_1));
            for (long left = huge.bytes(); left > 0 && client.connection().awaitRoom(); left -= FILLER.length) {
                chunks.event(left >= FILLER.length ? FILLER : Arrays.copyOf(FILLER, (int) left));
            }
            chunks.event(HUGE_ENDS.getBytes(StandardCharsets.ISO_8859_1));
        }
        chunks.end();
    }

    /** Says the last things of a text that was told to its end. */
    void finish(Optional<Fault> ending) throws IOException {
        Fault fault = ending.orElse(null);
        if (fault instanceof StreamFault.NoTerminator) {
            client.close();
        } else if (fault instanceof StreamFault.StayOpen) {
            keepSilent();
        } else if (fault instanceof BodyFault.EndlessTrailer) {
            chunks.raw("0\r\n");
            while (client.connection().awaitRoom()) {
                chunks.raw("X-Filler: trailer\r\n");
            }
            client.cutOff();
        } else {
            chunks.end();
            if (fault instanceof StreamFault.NeverClose) {
                keepSilent();
            }
        }
    }

    private void keepSilent() {
        client.awaitGone();
        client.cutOff();
    }
}
