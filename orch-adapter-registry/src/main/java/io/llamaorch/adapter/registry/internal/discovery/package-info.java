/** Finds adapters, and says what became of each. */
@NullMarked
package io.llamaorch.adapter.registry.internal.discovery;

import org.jspecify.annotations.NullMarked;
