/** Grammars in GBNF, the notation of llama.cpp, and the sentences that follow from them. */
@NullMarked
package io.llamaorch.adapter.tck.internal.grammar;

import org.jspecify.annotations.NullMarked;
