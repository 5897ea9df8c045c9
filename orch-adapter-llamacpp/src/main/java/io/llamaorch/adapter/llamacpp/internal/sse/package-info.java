/** Server-sent events out of bytes that arrive in any pieces; knows nothing of what the events say. */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.sse;

import org.jspecify.annotations.NullMarked;
