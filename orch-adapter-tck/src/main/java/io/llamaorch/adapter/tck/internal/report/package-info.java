/** Runs of the conformance kit from outside a build, and the reports on them (TCK-05, TCK-06). */
@NullMarked
package io.llamaorch.adapter.tck.internal.report;

import org.jspecify.annotations.NullMarked;
