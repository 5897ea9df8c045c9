/** The conformance kit's view of a real engine: everything passes through a relay that looks on and changes nothing. */
@NullMarked
package io.llamaorch.adapter.tck.internal.live;

import org.jspecify.annotations.NullMarked;
