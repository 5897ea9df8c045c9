/**
 * Who is trusted and what is shown: the stores of certificates and keys, the verification of a server, and what their
 * failures mean, in words. Knows nothing of sockets.
 */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.tls;

import org.jspecify.annotations.NullMarked;
