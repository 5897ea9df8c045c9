package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;

/**
 * What goes wrong before there is a request: since nobody can tell which connection a request will come by, it strikes
 * all of them for as long as it is {@linkplain TestEngine#always set}, and cannot be queued for one request.
 *
 * <p>Thread safety: immutable, all of them.
 */
public sealed interface ConnectionFault extends Fault {

    @Override
    default Point point() {
        return Point.CONNECTION;
    }

    /**
     * Refuses connections, as a host does on whose port nobody listens.
     */
    record Refuse() implements ConnectionFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.POOL_UNAVAILABLE);
        }
    }

    /**
     * Closes each connection as soon as it is accepted, as a balancer does that has nobody behind it.
     */
    record CloseOnAccept() implements ConnectionFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Resets each connection as soon as it is accepted.
     */
    record ResetOnAccept() implements ConnectionFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Accepts connections and reads nothing of what is sent, as an engine does whose threads are all taken.
     */
    record NeverRead() implements ConnectionFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }
}
