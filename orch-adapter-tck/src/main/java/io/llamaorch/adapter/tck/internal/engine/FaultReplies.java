package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.StreamFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** The answers that faults give in place of the engine's own; then no slot is taken and nothing is generated. */
final class FaultReplies {
    private static final String PAGE = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>"
            + "<body><h1>Welcome</h1><p>Please sign in.</p></body></html>\n";
    private static final String EVENT = "data: {\"content\":\" once\",\"stop\":false}\n\n";

    private FaultReplies() {}

    /** The answer of a fault that leaves nothing of the right one; blocks where the fault is to say nothing. */
    static Optional<Reply> instead(Fault fault, Client client) {
        if (fault instanceof HeadFault.Status status) {
            return Optional.of(Reply.text(status.code(), status.contentType(), status.body()));
        }
        if (fault instanceof HeadFault.RetryLater later) {
            return Optional.of(
                    Reply.text(later.code(), "", "").header("Retry-After", Integer.toString(later.seconds())));
        }
        if (fault instanceof HeadFault.Redirect redirect) {
            return Optional.of(Reply.text(redirect.code(), "", "").header("Location", redirect.location()));
        }
        if (fault instanceof HeadFault.Html200) {
            return Optional.of(Reply.text(200, "text/html", PAGE));
        }
        if (fault instanceof HeadFault.Compressed) {
            return Optional.of(
                    Reply.whole(200, Completions.EVENTS, zipped(EVENT)).header("Content-Encoding", "gzip"));
        }
        if (fault instanceof HeadFault.TwoLengths || fault instanceof HeadFault.NegativeLength) {
            return Optional.of(Reply.text(200, Completions.EVENTS, EVENT));
        }
        if (fault instanceof HeadFault.CloseBeforeHead) {
            return Optional.of(Reply.silence());
        }
        if (fault instanceof HeadFault.ResetBeforeHead) {
            client.reset();
            return Optional.of(Reply.silence());
        }
        if (fault instanceof HeadFault.HangBeforeHead) {
            client.awaitGone();
            return Optional.of(Reply.silence());
        }
        boolean headIsAll = fault instanceof HeadFault.CutInHead
                || fault instanceof HeadFault.DripHead
                || fault instanceof HeadFault.EndlessHead
                || fault instanceof HeadFault.EndlessHeaderLine;
        return headIsAll ? Optional.of(Reply.text(200, Completions.EVENTS, EVENT)) : Optional.empty();
    }

    /** Whether such an answer takes for ever, so that a client that leaves has not got all of it. */
    static boolean isNeverDone(Fault fault) {
        return fault instanceof HeadFault.HangBeforeHead
                || fault instanceof HeadFault.DripHead
                || fault instanceof HeadFault.EndlessHead
                || fault instanceof HeadFault.EndlessHeaderLine;
    }

    private static byte[] zipped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    /** What a fault that belongs into a stream looks like without one. */
    static Reply unstreamed(Fault fault) {
        if (fault instanceof StreamFault.ErrorInStream error) {
            return Reply.json(
                    error.code(), LlamaShapes.envelope(new EngineError(error.code(), error.message(), error.type())));
        }
        return fault instanceof StreamFault.EndWithoutMarker ? Reply.text(200, "", "") : Reply.silence();
    }
}
