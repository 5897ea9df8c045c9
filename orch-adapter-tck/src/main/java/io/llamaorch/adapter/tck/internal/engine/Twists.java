package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.BodyFault;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a fault makes of an answer's bytes. */
final class Twists {

    private Twists() {}

    /** The twist of a fault; null if the bytes go as they are. */
    static @Nullable Twist of(Optional<Fault> fault) {
        Optional<Twist> twist = fault.flatMap(given -> {
            if (given instanceof HeadFault head) {
                return HeadTwists.of(head);
            }
            return given instanceof BodyFault body ? BodyTwists.of(body) : Optional.empty();
        });
        return twist.orElse(null);
    }
}
