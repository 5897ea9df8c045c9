/** The replicas of a host: their life, their streams, and the choice among them. */
@NullMarked
package io.llamaorch.adapter.registry.internal.host;

import org.jspecify.annotations.NullMarked;
