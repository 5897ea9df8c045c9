package io.llamaorch.adapter.spi;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an adapter says about itself before it is created.
 *
 * <p>Thread safety: immutable.
 */
public final class AdapterDescriptor {

    /**
     * The generation of this SPI. It is compiled into each adapter, so that a host can tell an adapter that was built
     * against another generation before a method is missing (REG-05).
     */
    public static final int SPI_GENERATION = 1;

    private final String name;
    private final String version;
    private final int spiGeneration;
    private final Set<Capability> capabilities;
    private final List<OptionSpec> options;

    private AdapterDescriptor(Builder builder) {
        name = builder.name;
        version = builder.version;
        spiGeneration = builder.spiGeneration;
        capabilities = Collections.unmodifiableSet(new TreeSet<>(builder.capabilities));
        options = builder.options;
    }

    /**
     * Begins a descriptor.
     *
     * @param name the adapter's name, for people
     * @param version the adapter's version
     * @param spiGeneration {@link #SPI_GENERATION}, as the adapter was compiled with it
     * @return a builder
     */
    public static Builder builder(String name, String version, int spiGeneration) {
        return new Builder(name, version, spiGeneration);
    }

    /** {@return the adapter's name, for people} */
    public String name() {
        return name;
    }

    /** {@return the adapter's version} */
    public String version() {
        return version;
    }

    /** {@return the SPI generation that the adapter was compiled against} */
    public int spiGeneration() {
        return spiGeneration;
    }

    /** {@return what the adapter can do, in the order of the enum} */
    public Set<Capability> capabilities() {
        return capabilities;
    }

    /** {@return the options that {@code create} understands} */
    public List<OptionSpec> options() {
        return options;
    }

    @Override
    public String toString() {
        return name + " " + version + " (SPI generation " + spiGeneration + ")";
    }

    /**
     * Collects the values of an {@link AdapterDescriptor}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final String name;
        private final String version;
        private final int spiGeneration;
        private final Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        private List<OptionSpec> options = List.of();

        private Builder(String name, String version, int spiGeneration) {
            this.name = Objects.requireNonNull(name, "name");
            this.version = Objects.requireNonNull(version, "version");
            this.spiGeneration = spiGeneration;
        }

        /**
         * Declares what the adapter can do.
         *
         * @param capabilities the capabilities
         * @return this
         */
        public Builder capabilities(Capability... capabilities) {
            this.capabilities.addAll(List.of(capabilities));
            return this;
        }

        /**
         * Declares what the adapter can be told.
         *
         * @param options the options
         * @return this
         */
        public Builder options(List<OptionSpec> options) {
            this.options = List.copyOf(options);
            return this;
        }

        /** {@return the descriptor} */
        public AdapterDescriptor build() {
            return new AdapterDescriptor(this);
        }
    }
}
