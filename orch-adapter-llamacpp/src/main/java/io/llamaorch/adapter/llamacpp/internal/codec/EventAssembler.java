package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.SseSink;
import java.util.Arrays;

/**
 * Has each event read once it is whole: where it lies if one read brought all of it, as nearly always, and else from a
 * buffer in which its parts are gathered, without the prompt that old servers repeat in the last one (contract 6.4).
 *
 * <p>Thread safety: calls must be serial.
 */
public final class EventAssembler implements SseSink {

    private static final byte[] NOTHING = {};

    /** The largest buffer that is kept for the next event in parts. */
    private static final int KEPT = 1024;

    private final EventReader reader;
    private final PromptSkipper skipper;

    /** The part that is not copied yet; none if it is empty. */
    private byte[] part = NOTHING;

    private int from;
    private int to;

    private byte[] gathered = NOTHING;
    private int size;
    private boolean inParts;

    /**
     * Makes an assembler at the start of a stream.
     *
     * @param reader reads the events
     * @param readLimit how many bytes of an event in parts may be read
     * @param skipLimit how many bytes of its prompt may be left out
     */
    public EventAssembler(EventReader reader, int readLimit, int skipLimit) {
        this.reader = reader;
        this.skipper = new PromptSkipper(this::gather, readLimit, skipLimit);
    }

    @Override
    public void data(byte[] bytes, int begin, int behind) {
        if (inParts) {
            skipper.data(bytes, begin, behind);
        } else if (from == to) {
            part = bytes;
            from = begin;
            to = behind;
        } else {
            keep();
            skipper.data(bytes, begin, behind);
        }
    }

    /** Copies what is about to be overwritten. */
    @Override
    public void keep() {
        if (from < to) {
            inParts = true;
            skipper.data(part, from, to);
            forget();
        }
    }

    /**
     * Has the event read.
     *
     * @throws NoJsonException if it is not JSON
     */
    @Override
    public boolean event(boolean error) {
        boolean goOn = inParts ? reader.read(gathered, 0, size, error) : reader.read(part, from, to, error);
        forget();
        if (inParts) {
            inParts = false;
            skipper.begin();
            size = 0;
            if (gathered.length > KEPT) {
                gathered = NOTHING;
            }
        }
        return goOn;
    }

    private void forget() {
        part = NOTHING;
        from = 0;
        to = 0;
    }

    private void gather(byte[] bytes, int begin, int behind) {
        int length = behind - begin;
        if (gathered.length - size < length) {
            gathered = Arrays.copyOf(gathered, Math.max(KEPT, Math.max(size + length, 2 * gathered.length)));
        }
        System.arraycopy(bytes, begin, gathered, size, length);
        size += length;
    }
}
