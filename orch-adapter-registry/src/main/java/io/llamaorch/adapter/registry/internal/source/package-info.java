/** Where replicas are described. */
@NullMarked
package io.llamaorch.adapter.registry.internal.source;

import org.jspecify.annotations.NullMarked;
