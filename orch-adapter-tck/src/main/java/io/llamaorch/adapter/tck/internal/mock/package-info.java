/** The adapter for the engine {@code mock}, which is none: it makes its text up, and fails as it is told to. */
@NullMarked
package io.llamaorch.adapter.tck.internal.mock;

import org.jspecify.annotations.NullMarked;
