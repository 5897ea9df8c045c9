package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.SamplingFields;
import io.llamaorch.adapter.llamacpp.internal.codec.SlotSight;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gives each job a mark of its own, unless the mark could change what is generated or nobody could see it.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MarkSource {

    /** Below this are the values that people choose for the setting itself. */
    private static final int LEAST = 1 << 20;

    private final KnownFacts facts;

    /** Begins anywhere, so that two hosts at one engine hardly ever give the same marks. */
    private final AtomicInteger next =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(LEAST, Integer.MAX_VALUE));

    MarkSource(KnownFacts facts) {
        this.facts = facts;
    }

    Mark next(TaskRequest task) {
        String own = Stream.of(SamplingFields.MARK_SWITCH, SamplingFields.MARK)
                .filter(task.extras()::containsKey)
                .collect(Collectors.joining(" and "));
        if (!own.isEmpty()) {
            return Mark.none("the job carries no mark: it sets " + own + " itself");
        }
        SlotSight sight = facts.now().map(EngineFacts::slots).orElse(null);
        if (sight == null) {
            return Mark.none("the job carries no mark: when it was sent it was not known yet whether the server's own"
                    + " settings leave room for one");
        }
        if (!sight.shown()) {
            return Mark.none(Reasons.NOT_SHOWN);
        }
        if (!sight.markIsInert()) {
            return Mark.none("the job carries no mark: the server does not say that its own "
                    + SamplingFields.MARK_SWITCH + " is 0, so a mark could change the text");
        }
        return Mark.of(next.getAndUpdate(mark -> mark == Integer.MAX_VALUE ? LEAST : mark + 1));
    }
}
