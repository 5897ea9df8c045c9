package io.llamaorch.adapter.llamacpp.internal.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** TLS cannot be begun; the message says for people why, and what to do. */
public final class TlsException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is wrong and what to do
     * @param cause the exception behind it, if there is one
     */
    public TlsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
