/** The command line {@code orch}. */
@org.jspecify.annotations.NullMarked
package io.llamaorch.adapter.tck.internal.cli;
