/** What the engine tells about itself without being disturbed: health and properties. */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.health;

import org.jspecify.annotations.NullMarked;
