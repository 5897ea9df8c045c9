package io.llamaorch.adapter.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an answer depends on besides the prompt: engine version, model identity, sampler settings, seed, cache and slot
 * settings (DET-03). Two answers with equal fingerprints to one prompt should be equal; where they are not, or where
 * they differ, comparing the entries by name says what to look at.
 *
 * <p>Thread safety: immutable.
 */
public final class Fingerprint {

    /** The entry that holds the seed, {@value}; what else there is, and how it is named, is the adapter's to document. */
    public static final String SEED = "seed";

    /** Puts the entries together; null when that was done. */
    private volatile @Nullable Supplier<Map<String, String>> maker;

    private volatile Map<String, String> entries = Map.of();

    private Fingerprint(Supplier<Map<String, String>> maker) {
        this.maker = maker;
    }

    /**
     * Makes a fingerprint.
     *
     * @param entries name to value, in the order in which a person would read them
     * @return the fingerprint
     */
    public static Fingerprint of(Map<String, String> entries) {
        Map<String, String> copy = copy(entries);
        Fingerprint made = new Fingerprint(() -> copy);
        made.entries();
        return made;
    }

    /**
     * Makes a fingerprint whose entries are put together when somebody first looks at them, which few do: a task that
     * nobody asks about costs next to nothing.
     *
     * @param entries gives name to value, in the order in which a person would read them, and the same each time it is
     *     asked, on whichever thread; it must not block
     * @return the fingerprint
     */
    public static Fingerprint lazily(Supplier<Map<String, String>> entries) {
        Objects.requireNonNull(entries, "entries");
        return new Fingerprint(() -> copy(entries.get()));
    }

    private static Map<String, String> copy(Map<String, String> entries) {
        Map<String, String> copy = new LinkedHashMap<>();
        entries.forEach((name, value) ->
                copy.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value")));
        return Collections.unmodifiableMap(copy);
    }

    /** {@return name to value, in reading order} */
    public Map<String, String> entries() {
        Supplier<Map<String, String>> unmade = maker;
        if (unmade != null) {
            entries = unmade.get(); // before the maker goes; whoever does the same meanwhile finds the same
            maker = null;
        }
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && entries().equals(that.entries());
    }

    @Override
    public int hashCode() {
        return entries().hashCode();
    }

    @Override
    public String toString() {
        return entries().toString();
    }
}
