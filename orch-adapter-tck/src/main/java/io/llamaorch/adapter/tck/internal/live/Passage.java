package io.llamaorch.adapter.tck.internal.live;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * The way of an answer to the adapter: at once, or event by event at a {@link Pace}. The head and what has no text pass at
 * once.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Passage {

    private static final String EVENT_END = "\n\n";
    private static final String HEAD_END = "\r\n\r\n";

    private final Pace pace;
    private final boolean openAi;
    private final OutputStream out;
    private final Relay.Witness witness;
    private final BooleanSupplier isTask;
    private final BooleanSupplier gone;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    /**
     * Makes one.
     *
     * @param pace how fast pieces pass
     * @param openAi how the engine speaks
     * @param out where to
     * @param witness is told of what passes, before it does
     * @param isTask whether it is text that was asked for
     * @param gone whether nobody is there any more
     */
    Passage(
            Pace pace,
            boolean openAi,
            OutputStream out,
            Relay.Witness witness,
            BooleanSupplier isTask,
            BooleanSupplier gone) {
        this.pace = pace;
        this.openAi = openAi;
        this.out = out;
        this.witness = witness;
        this.isTask = isTask;
        this.gone = gone;
    }

    /** Passes bytes on; says whether somebody is still there. */
    boolean pass(byte[] bytes, int count) throws IOException, InterruptedException {
        if (!pace.isStepped() || !isTask.getAsBoolean()) {
            write(bytes, count);
            return true;
        }
        pending.write(bytes, 0, count);
        String text = pending.toString(StandardCharsets.ISO_8859_1);
        int from = 0;
        for (int end = endOfPart(text, from); end >= 0; end = endOfPart(text, from)) {
            if (!passPart(text.substring(from, end))) {
                return false;
            }
            from = end;
        }
        String rest = text.substring(from);
        pending.reset();
        if (rest.contains("data")) {
            pending.write(rest.getBytes(StandardCharsets.ISO_8859_1)); // the rest of this event is still to come
        } else {
            write(rest.getBytes(StandardCharsets.ISO_8859_1), rest.length());
        }
        return true;
    }

    /** Nothing more comes: what was not whole passes as it is. */
    void end() throws IOException {
        write(pending.toByteArray(), pending.size());
        pending.reset();
    }

    private static int endOfPart(String text, int from) {
        int event = text.indexOf(EVENT_END, from);
        int head = text.indexOf(HEAD_END, from);
        int eventEnd = event < 0 ? -1 : event + EVENT_END.length();
        int headEnd = head < 0 ? -1 : head + HEAD_END.length();
        return eventEnd < 0 ? headEnd : headEnd < 0 ? eventEnd : Math.min(eventEnd, headEnd);
    }

    private boolean passPart(String part) throws IOException, InterruptedException {
        byte[] bytes = part.getBytes(StandardCharsets.ISO_8859_1);
        boolean hasText = !StreamText.pieces(new String(bytes, StandardCharsets.UTF_8), openAi)
                .isEmpty();
        if (hasText && !pace.take(gone)) {
            return false;
        }
        write(bytes, bytes.length);
        return true;
    }

    private void write(byte[] bytes, int count) throws IOException {
        witness.saw(bytes, count);
        out.write(bytes, 0, count);
    }
}
