package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;

/**
 * Why a cancel is not proved, in the words of the receipt.
 *
 * <p>Thread safety: immutable.
 */
final class Reasons {

    static final String NOT_SHOWN = "the server does not show its slots: start it without --no-slots";
    static final String NOT_LOOKED = "the server has not answered in time how its slots are";
    static final String STILL_PROCESSING =
            "a slot still works on the job: the server has not noticed yet that its client has gone";
    static final String NOT_FOUND =
            "no slot has the job's mark: it waits in the server's queue, or its slot was given to another job since";
    static final String GONE =
            "no slot has the job's mark any more: its slot was given to another job, or the server was started anew";
    static final String ASLEEP = "the server sleeps, and a look at its slots would wake it";
    static final String CLOSED = "the adapter was closed before there was a proof";

    private Reasons() {}

    static String unread(WorkerError error) {
        return error.code() == ErrorCode.DECODE_TIMEOUT
                ? NOT_LOOKED
                : "the slots could not be looked at: " + error.message();
    }

    /** Whether asking again cannot help. */
    static boolean isFinal(WorkerError error) {
        return switch (error.code()) {
            case UNSUPPORTED, UNAUTHORIZED, NOT_FOUND, PROTOCOL, INVALID_PARAMS -> true;
            default -> false;
        };
    }
}
