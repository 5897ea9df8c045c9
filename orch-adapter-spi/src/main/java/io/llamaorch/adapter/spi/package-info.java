/** What an adapter implements, and what its callers receive. */
@org.jspecify.annotations.NullMarked
package io.llamaorch.adapter.spi;
