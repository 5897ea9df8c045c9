/**
 * The wire to the engine: HTTP/1.1 requests and responses as bytes, with limits, flow control and cancel. It knows
 * nothing of llama.cpp but its habits: one connection carries one request, and is closed abruptly when done with.
 *
 * <p>{@link io.llamaorch.adapter.llamacpp.internal.wire.Transport} is the seam,
 * {@link io.llamaorch.adapter.llamacpp.internal.wire.SocketTransport} what stands behind it: one I/O thread for all
 * connections ({@code EventLoop}, shared through {@code SharedLoop}), on which a {@code Connector} opens a connection and
 * has a {@code Handshake} put a {@code TlsChannel} over it if the endpoint wants TLS, a {@code Connection} sends the
 * request, and a {@code ResponseParser} takes the answer apart as its bytes arrive.
 */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.wire;

import org.jspecify.annotations.NullMarked;
