/** Finds adapters, binds them to replicas, and dispatches tasks to them. */
@NullMarked
package io.llamaorch.adapter.registry;

import org.jspecify.annotations.NullMarked;
