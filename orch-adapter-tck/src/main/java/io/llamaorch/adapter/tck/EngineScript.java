package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Secret;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How an engine is to behave in one conformance test.
 *
 * <p>Thread safety: immutable.
 */
public final class EngineScript {

    /** An engine that does everything right, as fast as it goes. */
    public static final EngineScript WELL = builder().build();

    private final int slots;
    private final boolean stepped;
    private final State state;
    private final @Nullable Secret token;
    private final List<Fault> faults;
    private final Set<Capability> lacking;

    private EngineScript(Builder builder) {
        slots = builder.slots;
        stepped = builder.stepped;
        state = builder.state;
        token = builder.token;
        faults = List.copyOf(builder.faults);
        lacking = Set.copyOf(builder.lacking);
    }

    /** {@return a builder of an engine that does everything right} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A script with one fault, for the first task.
     *
     * @param fault what goes wrong
     * @return the script
     */
    public static EngineScript with(Fault fault) {
        return builder().fault(fault).build();
    }

    /** {@return how many tasks run at a time} */
    public int slots() {
        return slots;
    }

    /** {@return whether tokens are generated only as {@link TestEngine#release} lets them} */
    public boolean stepped() {
        return stepped;
    }

    /** {@return the state in which the engine is found} */
    public State state() {
        return state;
    }

    /** {@return the credential that requests must carry, if one is asked for} */
    public Optional<Secret> token() {
        return Optional.ofNullable(token);
    }

    /** {@return what goes wrong, one for each task in their order; tasks beyond are served well} */
    public List<Fault> faults() {
        return faults;
    }

    /** {@return what the engine was not started for, although it could have been} */
    public Set<Capability> lacking() {
        return lacking;
    }

    @Override
    public String toString() {
        return "EngineScript[" + slots + " slots" + (stepped ? ", stepped" : "") + ", " + state
                + (token == null ? "" : ", token asked for")
                + (lacking.isEmpty() ? "" : ", without " + lacking) + ", "
                + faults.stream().map(Fault::text).toList() + "]";
    }

    /** The states in which an engine may be found. */
    public enum State {
        /** It serves. */
        SERVING,
        /** It loads its model and refuses everything meanwhile. */
        LOADING,
        /** It has put its model away and would load it for the next task. */
        SLEEPING
    }

    /**
     * Collects the values of an {@link EngineScript}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private int slots = 2;
        private boolean stepped;
        private State state = State.SERVING;
        private @Nullable Secret token;
        private final List<Fault> faults = new ArrayList<>();
        private final Set<Capability> lacking = EnumSet.noneOf(Capability.class);

        private Builder() {}

        /**
         * Sets how many tasks run at a time; 2 without this.
         *
         * @param slots 1 or more
         * @return this
         */
        public Builder slots(int slots) {
            Checks.positive("slots", slots);
            this.slots = slots;
            return this;
        }

        /**
         * Has the engine generate only as it is let.
         *
         * @return this
         */
        public Builder stepped() {
            this.stepped = true;
            return this;
        }

        /**
         * Sets the state in which the engine is found; SERVING without this.
         *
         * @param state the state
         * @return this
         */
        public Builder state(State state) {
            this.state = Objects.requireNonNull(state, "state");
            return this;
        }

        /**
         * Has the engine ask for a credential.
         *
         * @param token the one that it takes
         * @return this
         */
        public Builder token(Secret token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /**
         * Adds a fault for the next task that has none yet.
         *
         * @param fault what goes wrong
         * @return this
         */
        public Builder fault(Fault fault) {
            faults.add(Objects.requireNonNull(fault, "fault"));
            return this;
        }

        /**
         * Has the engine run without something that it must be started for; without this it runs with all.
         *
         * @param capability EMBEDDINGS or ENGINE_METRICS
         * @return this
         */
        public Builder without(Capability capability) {
            if (capability != Capability.EMBEDDINGS && capability != Capability.ENGINE_METRICS) {
                throw new IllegalArgumentException(
                        capability + " is not what an engine is started for: EMBEDDINGS and ENGINE_METRICS are");
            }
            lacking.add(capability);
            return this;
        }

        /** {@return the script} */
        public EngineScript build() {
            return new EngineScript(this);
        }
    }
}
