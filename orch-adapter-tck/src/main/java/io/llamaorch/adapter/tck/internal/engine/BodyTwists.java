package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.BodyFault;
import java.io.IOException;
import java.util.Optional;

/** The faults that change what of a body's bytes reaches the wire, and when. */
final class BodyTwists {

    private BodyTwists() {}

    /** What to make of the body's bytes; empty for faults that are made where the body is framed. */
    static Optional<Twist> of(BodyFault fault) {
        if (fault instanceof BodyFault.CutAtByte cut) {
            return Optional.of(new Until(cut.bytes()) {
                @Override
                void strike(WatchedConnection out) throws IOException {
                    out.close();
                    throw over();
                }
            });
        }
        if (fault instanceof BodyFault.ResetAtByte cut) {
            return Optional.of(new Until(cut.bytes()) {
                @Override
                void strike(WatchedConnection out) throws IOException {
                    out.reset();
                    throw over();
                }
            });
        }
        if (fault instanceof BodyFault.StallAtByte stall) {
            return Optional.of(new Until(stall.bytes()) {
                @Override
                void strike(WatchedConnection out) throws IOException {
                    keepSilent(out);
                }
            });
        }
        if (fault instanceof BodyFault.DripBody drip) {
            return Optional.of(new Drip(drip));
        }
        return Optional.empty();
    }

    /** Lets so many bytes through and then strikes. */
    private abstract static class Until extends Twist {
        private int left;

        Until(int bytes) {
            left = Math.max(0, bytes);
        }

        @Override
        void head(WatchedConnection out, String text) throws IOException {
            super.head(out, text);
            if (left == 0) {
                strike(out);
            }
        }

        @Override
        void body(WatchedConnection out, byte[] bytes, int from, int length) throws IOException {
            int let = Math.min(left, length);
            out.write(bytes, from, let);
            left -= let;
            if (left == 0) {
                strike(out);
            }
        }

        abstract void strike(WatchedConnection out) throws IOException;
    }

    private static final class Drip extends Twist {
        private final BodyFault.DripBody fault;

        Drip(BodyFault.DripBody fault) {
            this.fault = fault;
        }

        @Override
        void body(WatchedConnection out, byte[] bytes, int from, int length) throws IOException {
            int end = from + length;
            for (int at = from; at < end; at += fault.bytes()) {
                out.write(bytes, at, Math.min(fault.bytes(), end - at));
                boolean gone = fault.every().isZero()
                        ? !out.awaitRoom()
                        : out.awaitGone(fault.every().toNanos());
                if (gone) {
                    throw over();
                }
            }
        }
    }
}
