/** What the conformance rules stand on: a bench with engine, adapter and clock, a subscriber that keeps what it hears. */
@NullMarked
package io.llamaorch.adapter.tck.internal.kit;

import org.jspecify.annotations.NullMarked;
