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
    private final @Nullable Answer answer;

    private EngineScript(Builder builder) {
        slots = builder.slots;
        stepped = builder.stepped;
        state = builder.state;
        token = builder.token;
        faults = List.copyOf(builder.faults);
        lacking = Set.copyOf(builder.lacking);
        answer = builder.answer;
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

    /** {@return what the engine's model answers to every task, if it is to answer that; else it is the engine's to say} */
    public Optional<Answer> answer() {
        return Optional.ofNullable(answer);
    }

    @Override
    public String toString() {
        return "EngineScript[" + slots + " slots" + (stepped ? ", stepped" : "") + ", " + state
                + (token == null ? "" : ", token asked for")
                + (answer == null ? "" : ", " + answer)
                + (lacking.isEmpty() ? "" : ", without " + lacking) + ", "
                + faults.stream().map(Fault::text).toList() + "]";
    }

    /**
     * What a model answers in a chat, as one does that thinks and calls tools.
     *
     * @param reasoning what it thinks first; empty for nothing
     * @param text what it says then; may be empty
     * @param calls which tools it calls then; only if the task offers tools
     */
    public record Answer(String reasoning, String text, List<Call> calls) {

        /**
         * Copies the calls.
         *
         * @param reasoning what it thinks first; empty for nothing
         * @param text what it says then; may be empty
         * @param calls which tools it calls then; only if the task offers tools
         */
        public Answer {
            Objects.requireNonNull(reasoning, "reasoning");
            Objects.requireNonNull(text, "text");
            calls = List.copyOf(calls);
        }
    }

    /**
     * A call of a tool.
     *
     * @param name the tool, without a space
     * @param argumentsJson its arguments, a JSON object
     */
    public record Call(String name, String argumentsJson) {

        /**
         * Checks that nothing is null.
         *
         * @param name the tool, without a space
         * @param argumentsJson its arguments, a JSON object
         */
        public Call {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(argumentsJson, "argumentsJson");
        }
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
        private @Nullable Answer answer;

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

        /**
         * Has the engine's model answer every task like this. Engines that cannot tell such an answer's parts apart, and
         * those whose model cannot be told what to say, are not to be had.
         *
         * @param answer what it answers
         * @return this
         */
        public Builder answer(Answer answer) {
            this.answer = Objects.requireNonNull(answer, "answer");
            return this;
        }

        /** {@return the script} */
        public EngineScript build() {
            return new EngineScript(this);
        }
    }
}
