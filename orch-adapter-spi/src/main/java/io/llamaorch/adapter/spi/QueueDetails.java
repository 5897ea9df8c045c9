package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a waiting task besides its position.
 *
 * <p>Thread safety: immutable.
 */
public final class QueueDetails {

    /** Nothing more is known. */
    public static final QueueDetails NONE = new QueueDetails(null);

    private final @Nullable Duration predictedStart;

    private QueueDetails(@Nullable Duration predictedStart) {
        this.predictedStart = predictedStart;
    }

    /**
     * Makes details that predict the start.
     *
     * @param predictedStart how long the task will probably wait from now
     * @return the details
     */
    public static QueueDetails startingIn(Duration predictedStart) {
        return new QueueDetails(Objects.requireNonNull(predictedStart, "predictedStart"));
    }

    /** {@return how long the task will probably wait from when the event was made} */
    public Optional<Duration> predictedStart() {
        return Optional.ofNullable(predictedStart);
    }

    @Override
    public String toString() {
        return predictedStart == null ? "no prediction" : "in " + predictedStart;
    }
}
