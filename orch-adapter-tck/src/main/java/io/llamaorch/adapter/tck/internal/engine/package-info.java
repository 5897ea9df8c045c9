/** What stands behind the scripted engine: sockets that are watched, a dialect, slots and a small text model. */
@NullMarked
package io.llamaorch.adapter.tck.internal.engine;

import org.jspecify.annotations.NullMarked;
