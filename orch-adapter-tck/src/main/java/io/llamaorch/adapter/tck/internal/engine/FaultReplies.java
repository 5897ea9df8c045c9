package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.concurrent.TimeUnit;

/** The answers that faults give in place of the engine's own. */
final class FaultReplies {
    private static final String PAGE = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>"
            + "<body><h1>Welcome</h1><p>Please sign in.</p></body></html>\n";

    private FaultReplies() {}

    static Reply reply(HeadFault fault, Client client, EngineState engine) {
        if (fault instanceof HeadFault.Status status) {
            return Reply.text(status.code(), status.contentType(), status.body());
        }
        if (fault instanceof HeadFault.Redirect redirect) {
            return Reply.text(redirect.code(), "", "").header("Location", redirect.location());
        }
        if (fault instanceof HeadFault.Html200) {
            return Reply.text(200, "text/html", PAGE);
        }
        while (!client.goneBy(System.nanoTime() + TimeUnit.HOURS.toNanos(1))) {
            // Only the client's leaving ends this.
        }
        engine.countLeft();
        return Reply.silence();
    }

    /** What a fault that belongs into a stream looks like without one. */
    static Reply unstreamed(StreamFault fault) {
        if (fault instanceof StreamFault.ErrorInStream error) {
            return Reply.json(
                    error.code(), LlamaShapes.envelope(new EngineError(error.code(), error.message(), error.type())));
        }
        return fault instanceof StreamFault.EndWithoutMarker ? Reply.text(200, "", "") : Reply.silence();
    }
}
