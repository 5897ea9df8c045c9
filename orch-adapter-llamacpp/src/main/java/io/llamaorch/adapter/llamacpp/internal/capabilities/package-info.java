/** What the engine can do beside generating: tokens, templates, embeddings, metrics. */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.capabilities;

import org.jspecify.annotations.NullMarked;
