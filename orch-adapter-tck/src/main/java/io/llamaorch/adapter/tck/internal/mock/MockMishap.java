package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.BodyFault;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.StreamFault;
import java.time.Duration;
import java.util.Optional;

/**
 * What goes wrong with one exchange, in the terms of an engine that has pieces of text and no bytes on a wire: what a
 * correct adapter would make of the same fault.
 *
 * @param fault the fault that this stands for, if it was told as one
 * @param error with what the exchange fails; nothing if it falls silent or goes well
 * @param silent whether nothing more is told once this strikes
 * @param beforeHead whether it strikes before the client learns that its task was accepted
 * @param pieces how many pieces of text come before it strikes
 * @param bytes how many bytes of text, as UTF-8, come before it strikes
 */
record MockMishap(
        Optional<Fault> fault,
        Optional<WorkerError> error,
        boolean silent,
        boolean beforeHead,
        int pieces,
        long bytes) {

    /** Everything goes well. */
    static final MockMishap NONE =
            new MockMishap(Optional.empty(), Optional.empty(), false, false, Integer.MAX_VALUE, Long.MAX_VALUE);

    private static final int LONGEST_QUOTE = 128;

    /** The engine refuses, whatever is asked. */
    static MockMishap refusal(WorkerError error) {
        return new MockMishap(Optional.empty(), Optional.of(error), false, true, 0, Long.MAX_VALUE);
    }

    /** What the options {@code fail-with}, {@code fail-after} and {@code hang-after} say; the earlier one strikes. */
    static MockMishap told(Optional<ErrorCode> failWith, int failAfter, int hangAfter) {
        if (failWith.isPresent() && (hangAfter < 0 || failAfter <= hangAfter)) {
            WorkerError error = WorkerError.of(
                    failWith.get(),
                    "the mock was told to fail after " + failAfter + " tokens: take the option fail-with away");
            return new MockMishap(
                    Optional.empty(), Optional.of(error), false, failAfter == 0, failAfter, Long.MAX_VALUE);
        }
        return hangAfter < 0
                ? NONE
                : new MockMishap(Optional.empty(), Optional.empty(), true, hangAfter == 0, hangAfter, Long.MAX_VALUE);
    }

    static MockMishap of(Fault fault) {
        Fault.Reading reading = fault.reading();
        boolean well = reading.mayBeWell();
        long bytes = bytesBefore(fault);
        boolean counted = fault.point() == Fault.Point.EVENT || bytes == Long.MAX_VALUE;
        return new MockMishap(
                Optional.of(fault),
                well || reading.silent() ? Optional.empty() : reading.code().map(code -> error(fault, code)),
                reading.silent() && !well,
                fault.point().compareTo(Fault.Point.BODY) < 0,
                counted ? Math.max(0, fault.tokens()) : Integer.MAX_VALUE,
                bytes);
    }

    /** Whether it strikes those who ask for health or properties too: events are what only a stream has. */
    boolean strikesQuestions() {
        return strikes() && fault.map(Fault::point).orElse(Fault.Point.HEAD).compareTo(Fault.Point.EVENT) < 0;
    }

    /** Whether no request gets as far as the engine. */
    boolean strikesConnections() {
        return fault.filter(told -> told.point() == Fault.Point.CONNECTION).isPresent();
    }

    /**
     * Whether it strikes now; at the end of the text at the latest.
     *
     * @param piecesTold how many pieces the client has
     * @param bytesTold how many bytes they were
     * @param next the next piece
     * @param over whether there is none any more
     */
    boolean strikes(int piecesTold, long bytesTold, String next, boolean over) {
        return strikes()
                && (over
                        || piecesTold >= pieces
                        || (bytes != Long.MAX_VALUE && bytesTold + MockText.bytes(next) > bytes));
    }

    private boolean strikes() {
        return silent || error.isPresent();
    }

    /** How many tokens without text are generated besides the answer, once {@link #pieces} pieces were told. */
    int emptyEvents() {
        return fault.filter(StreamFault.EmptyEvents.class::isInstance)
                .map(empty -> Math.max(0, ((StreamFault.EmptyEvents) empty).count()))
                .orElse(0);
    }

    /** How much longer than meant a piece takes. */
    Duration delay(String piece) {
        if (fault.isEmpty() || !(fault.get() instanceof BodyFault.DripBody drip)) {
            return Duration.ZERO;
        }
        int size = Math.max(1, drip.bytes());
        Duration delay = drip.every().multipliedBy((MockText.bytes(piece) + size - 1L) / size);
        return delay.isNegative() ? Duration.ZERO : delay;
    }

    /** Whether the engine goes on when its client leaves. */
    boolean ignoresDisconnect() {
        return fault.filter(StreamFault.IgnoreDisconnect.class::isInstance).isPresent();
    }

    /** The fault in one word, for people. */
    String text() {
        return fault.map(MockMishap::quote)
                .orElse(silent ? "told to fall silent" : error.isPresent() ? "told to fail, or refused" : "none");
    }

    private static long bytesBefore(Fault fault) {
        if (fault instanceof BodyFault.CutAtByte cut) {
            return Math.max(0, cut.bytes());
        }
        if (fault instanceof BodyFault.ResetAtByte reset) {
            return Math.max(0, reset.bytes());
        }
        return fault instanceof BodyFault.StallAtByte stall ? Math.max(0, stall.bytes()) : Long.MAX_VALUE;
    }

    private static WorkerError error(Fault fault, ErrorCode code) {
        WorkerError.Builder error = WorkerError.builder(
                code, "the mock has the fault '" + quote(fault) + "', as it was told: take that away from it");
        if (fault instanceof HeadFault.RetryLater later) {
            error.retryAfter(Duration.ofSeconds(Math.max(0, later.seconds())));
        } else if (fault instanceof HeadFault.Status status) {
            error.excerpt(status.body());
        } else if (fault instanceof HeadFault.StatusLine line) {
            error.excerpt(line.line());
        } else if (fault instanceof HeadFault.Redirect redirect) {
            error.excerpt(redirect.location());
        } else if (fault instanceof StreamFault.ErrorInStream said) {
            error.excerpt(said.type() + " (" + said.code() + "): " + said.message());
        } else if (fault instanceof StreamFault.Nonsense nonsense) {
            error.excerpt(nonsense.data());
        }
        return error.build();
    }

    private static String quote(Fault fault) {
        String text = fault.text();
        return text.length() <= LONGEST_QUOTE ? text : MockText.cut(text, LONGEST_QUOTE) + "…";
    }
}
