/** Whether the same prompt, parameters and seed give the same bytes (DET-04). */
@NullMarked
package io.llamaorch.adapter.tck.internal.determinism;

import org.jspecify.annotations.NullMarked;
