/** The conformance kit for adapters, with a scripted engine to hold them against. */
@NullMarked
package io.llamaorch.adapter.tck;

import org.jspecify.annotations.NullMarked;
