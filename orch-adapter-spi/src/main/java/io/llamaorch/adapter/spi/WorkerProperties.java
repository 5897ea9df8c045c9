package io.llamaorch.adapter.spi;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an engine tells about itself (HLT-06). What is unknown is absent, never invented.
 *
 * <p>Thread safety: immutable.
 */
public final class WorkerProperties {

    private final @Nullable String engineVersion;
    private final @Nullable String model;
    private final List<String> modelNames;
    private final @Nullable String modelDigest;
    private final int slots;
    private final int freeSlots;
    private final int contextLength;
    private final Set<String> modalities;
    private final Set<String> features;

    private WorkerProperties(Builder builder) {
        engineVersion = builder.engineVersion;
        model = builder.model;
        modelNames = builder.modelNames;
        modelDigest = builder.modelDigest;
        slots = builder.slots;
        freeSlots = builder.freeSlots;
        contextLength = builder.contextLength;
        modalities = builder.modalities;
        features = builder.features;
    }

    /** {@return a builder that knows nothing yet} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.engineVersion = engineVersion;
        builder.model = model;
        builder.modelNames = modelNames;
        builder.modelDigest = modelDigest;
        builder.slots = slots;
        builder.freeSlots = freeSlots;
        builder.contextLength = contextLength;
        builder.modalities = modalities;
        builder.features = features;
        return builder;
    }

    /** {@return the engine's version, in its own words} */
    public Optional<String> engineVersion() {
        return Optional.ofNullable(engineVersion);
    }

    /** {@return the name under which the engine serves its model} */
    public Optional<String> model() {
        return Optional.ofNullable(model);
    }

    /** {@return every name that a task may use for the model, {@link #model()} first; empty if unknown} */
    public List<String> modelNames() {
        return modelNames;
    }

    /** {@return a digest that identifies the model's weights, where the engine tells} */
    public Optional<String> modelDigest() {
        return Optional.ofNullable(modelDigest);
    }

    /** {@return how many requests the engine runs at once} */
    public OptionalInt slots() {
        return known(slots);
    }

    /** {@return how many more it could run now, as far as this adapter's own streams tell} */
    public OptionalInt freeSlots() {
        return known(freeSlots);
    }

    /** {@return how many tokens one request's prompt and answer may have together} */
    public OptionalInt contextLength() {
        return known(contextLength);
    }

    /** {@return what the model takes besides text, such as {@code vision}; sorted} */
    public Set<String> modalities() {
        return modalities;
    }

    /** {@return what the engine was started with, in its own words, such as {@code metrics}; sorted} */
    public Set<String> features() {
        return features;
    }

    @Override
    public String toString() {
        return "WorkerProperties[version " + engineVersion + ", model " + model + ", slots " + slots + ", context "
                + contextLength + "]";
    }

    private static OptionalInt known(int count) {
        return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
    }

    /**
     * Collects the values of {@link WorkerProperties}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private @Nullable String engineVersion;
        private @Nullable String model;
        private List<String> modelNames = List.of();
        private @Nullable String modelDigest;
        private int slots = -1;
        private int freeSlots = -1;
        private int contextLength = -1;
        private Set<String> modalities = Set.of();
        private Set<String> features = Set.of();

        private Builder() {}

        /**
         * Sets the engine's version.
         *
         * @param engineVersion in the engine's own words
         * @return this
         */
        public Builder engineVersion(String engineVersion) {
            this.engineVersion = Objects.requireNonNull(engineVersion, "engineVersion");
            return this;
        }

        /**
         * Sets the model's names.
         *
         * @param names every name that a task may use, the one to show first; not empty
         * @return this
         */
        public Builder modelNames(List<String> names) {
            this.modelNames = List.copyOf(names);
            this.model = modelNames.get(0);
            return this;
        }

        /**
         * Sets the digest of the model's weights.
         *
         * @param modelDigest the digest
         * @return this
         */
        public Builder modelDigest(String modelDigest) {
            this.modelDigest = Objects.requireNonNull(modelDigest, "modelDigest");
            return this;
        }

        /**
         * Sets the number of slots.
         *
         * @param slots 0 or more
         * @return this
         */
        public Builder slots(int slots) {
            this.slots = slots;
            return this;
        }

        /**
         * Sets the number of free slots.
         *
         * @param freeSlots 0 or more
         * @return this
         */
        public Builder freeSlots(int freeSlots) {
            this.freeSlots = freeSlots;
            return this;
        }

        /**
         * Sets the context length of one request.
         *
         * @param contextLength tokens, 0 or more
         * @return this
         */
        public Builder contextLength(int contextLength) {
            this.contextLength = contextLength;
            return this;
        }

        /**
         * Sets what the model takes besides text.
         *
         * @param modalities names in lower case
         * @return this
         */
        public Builder modalities(Set<String> modalities) {
            this.modalities = Collections.unmodifiableSortedSet(new TreeSet<>(modalities));
            return this;
        }

        /**
         * Sets what the engine was started with.
         *
         * @param features names in lower case
         * @return this
         */
        public Builder features(Set<String> features) {
            this.features = Collections.unmodifiableSortedSet(new TreeSet<>(features));
            return this;
        }

        /** {@return the properties} */
        public WorkerProperties build() {
            return new WorkerProperties(this);
        }
    }
}
