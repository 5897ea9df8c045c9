/** The emitter's machinery: ledger, buffer, delivery and time limits of one stream. */
@NullMarked
package io.llamaorch.adapter.spi.internal;

import org.jspecify.annotations.NullMarked;
