/**
 * How the adapter's cost grows with streams and with the length of a text; run by hand.
 *
 * <p>{@link io.llamaorch.adapter.llamacpp.scale.StreamScale} is the program. It starts a
 * {@link io.llamaorch.adapter.llamacpp.scale.ReplayEngine} as a process of its own and drives the adapter through the
 * public SPI.
 */
@NullMarked
package io.llamaorch.adapter.llamacpp.scale;

import org.jspecify.annotations.NullMarked;
