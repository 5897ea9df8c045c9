package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.spi.ErrorCode;

/** An answer that can be read and is of no use. */
final class UnusableAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String remedy;

    /** @param what what the engine did, to follow its address */
    UnusableAnswerException(ErrorCode code, String what, String remedy) {
        super(what, null, false, false);
        this.code = code;
        this.remedy = remedy;
    }

    ErrorCode code() {
        return code;
    }

    String what() {
        return String.valueOf(getMessage());
    }

    String remedy() {
        return remedy;
    }
}
