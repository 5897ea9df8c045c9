/** Whose the engine's slots are: the mark that each job carries, and the proof that a cancelled job has left (CAN-07). */
@NullMarked
package io.llamaorch.adapter.llamacpp.internal.slots;

import org.jspecify.annotations.NullMarked;
