package io.llamaorch.adapter.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What an answer depends on besides the prompt: engine version, model identity, sampler settings, seed, cache and slot
 * settings (DET-03). Two answers with equal fingerprints to one prompt should be equal; where they are not, or where
 * they differ, comparing the entries by name says what to look at.
 *
 * <p>Thread safety: immutable.
 */
public final class Fingerprint {

    private final Map<String, String> entries;

    private Fingerprint(Map<String, String> entries) {
        this.entries = entries;
    }

    /**
     * Makes a fingerprint.
     *
     * @param entries name to value, in the order in which a person would read them
     * @return the fingerprint
     */
    public static Fingerprint of(Map<String, String> entries) {
        Map<String, String> copy = new LinkedHashMap<>();
        entries.forEach((name, value) ->
                copy.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value")));
        return new Fingerprint(Collections.unmodifiableMap(copy));
    }

    /** {@return name to value, in reading order} */
    public Map<String, String> entries() {
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
