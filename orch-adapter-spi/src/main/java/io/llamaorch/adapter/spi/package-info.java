/**
 * The adapter contract: {@link io.llamaorch.adapter.spi.AdapterFactory} makes a
 * {@link io.llamaorch.adapter.spi.WorkerAdapter} for one engine endpoint, which turns a
 * {@link io.llamaorch.adapter.spi.TaskRequest} into a {@link io.llamaorch.adapter.spi.TokenStream} of
 * {@link io.llamaorch.adapter.spi.TokenEvent}s.
 *
 * <p>No method takes or returns null. Rule ids such as EVT-05 refer to {@code docs/rules.md}; error codes to
 * {@code docs/errors.md}.
 */
@NullMarked
package io.llamaorch.adapter.spi;

import org.jspecify.annotations.NullMarked;
