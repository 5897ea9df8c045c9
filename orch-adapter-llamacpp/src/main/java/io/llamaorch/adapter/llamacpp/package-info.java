/** The adapter for llama.cpp servers. */
@org.jspecify.annotations.NullMarked
package io.llamaorch.adapter.llamacpp;
