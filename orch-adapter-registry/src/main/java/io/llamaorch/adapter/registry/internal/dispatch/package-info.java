/** What dispatch is made of: places, the queue, the choice, and the policies about failure. Knows no adapter and no thread. */
@NullMarked
package io.llamaorch.adapter.registry.internal.dispatch;

import org.jspecify.annotations.NullMarked;
