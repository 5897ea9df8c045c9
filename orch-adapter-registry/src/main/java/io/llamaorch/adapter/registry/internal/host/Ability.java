package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a replica can serve, as far as that is known; equal for replicas of one kind.
 *
 * @param models the names of its models; empty if it does not tell
 * @param capabilities what its adapter declares
 * @param context how long its context is, if it tells
 * @param slots how many slots its engine has, if it tells
 */
record Ability(List<String> models, Set<Capability> capabilities, OptionalInt context, OptionalInt slots) {

    static Ability of(WorkerProperties known, Set<Capability> capabilities) {
        return new Ability(known.modelNames(), capabilities, known.contextLength(), known.slots());
    }
}
