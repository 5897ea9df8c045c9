package io.llamaorch.adapter.registry;

import java.util.List;

/**
 * What one reading of a source changed. Replicas are named {@code pool/replica}.
 *
 * <p>Thread safety: immutable.
 *
 * @param bound those that are new
 * @param rebound those that are described otherwise than before
 * @param unbound those that are described no more
 * @param unchanged how many are as they were
 */
public record SourceUpdate(List<String> bound, List<String> rebound, List<String> unbound, int unchanged) {

    /** {@return whether anything changed} */
    public boolean isEmpty() {
        return bound.isEmpty() && rebound.isEmpty() && unbound.isEmpty();
    }

    @Override
    public String toString() {
        return "bound " + bound + ", rebound " + rebound + ", unbound " + unbound + ", unchanged " + unchanged;
    }
}
