/** How the registry and the host do their work. */
@NullMarked
package io.llamaorch.adapter.registry.internal;

import org.jspecify.annotations.NullMarked;
