/** What the parts of the registry share. */
@NullMarked
package io.llamaorch.adapter.registry.internal;

import org.jspecify.annotations.NullMarked;
