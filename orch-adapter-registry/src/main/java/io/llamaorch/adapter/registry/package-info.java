/** Finds adapters, binds them to replicas, and dispatches tasks to them. */
@org.jspecify.annotations.NullMarked
package io.llamaorch.adapter.registry;
