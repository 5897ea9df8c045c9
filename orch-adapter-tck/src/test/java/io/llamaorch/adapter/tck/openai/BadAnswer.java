package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.ErrorCode;
import java.io.IOException;

/** An answer that is not whole, or not the engine's protocol. */
final class BadAnswer extends IOException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    private BadAnswer(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    static BadAnswer cut(String message) {
        return new BadAnswer(ErrorCode.WORKER_RESET, message);
    }

    static BadAnswer protocol(String message) {
        return new BadAnswer(ErrorCode.PROTOCOL, message);
    }

    ErrorCode code() {
        return code;
    }
}
