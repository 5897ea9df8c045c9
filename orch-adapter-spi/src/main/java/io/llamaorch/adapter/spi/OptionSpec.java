package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An option that an adapter understands: its name, type, default and range, and whether it is a secret (CFG-02).
 *
 * <p>Thread safety: immutable.
 */
public final class OptionSpec {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private final String name;
    private final Type type;
    private final @Nullable String defaultValue;
    private final String least;
    private final String most;
    private final boolean secret;
    private final String description;

    private OptionSpec(Builder builder) {
        name = builder.name;
        type = builder.type;
        defaultValue = builder.defaultValue;
        least = builder.least;
        most = builder.most;
        secret = builder.secret;
        description = builder.description;
    }

    /**
     * Begins an option that is a text.
     *
     * @param name lower-case words joined by hyphens
     * @return a builder without a default
     */
    public static Builder text(String name) {
        return new Builder(name, Type.TEXT, null);
    }

    /**
     * Begins an option that is a whole number.
     *
     * @param name lower-case words joined by hyphens
     * @param defaultValue what holds if it is not given
     * @return a builder
     */
    public static Builder integer(String name, int defaultValue) {
        return new Builder(name, Type.INTEGER, Integer.toString(defaultValue));
    }

    /**
     * Begins an option that is true or false.
     *
     * @param name lower-case words joined by hyphens
     * @param defaultValue what holds if it is not given
     * @return a builder
     */
    public static Builder flag(String name, boolean defaultValue) {
        return new Builder(name, Type.FLAG, Boolean.toString(defaultValue));
    }

    /**
     * Begins an option that is a time, written like {@code 250ms}, {@code 5s}, {@code 2m} or {@code 1h}.
     *
     * @param name lower-case words joined by hyphens
     * @param defaultValue what holds if it is not given, in whole milliseconds
     * @return a builder
     */
    public static Builder duration(String name, Duration defaultValue) {
        return new Builder(name, Type.DURATION, OptionValues.format(defaultValue));
    }

    /** {@return the option's name} */
    public String name() {
        return name;
    }

    /** {@return what its value must look like} */
    public Type type() {
        return type;
    }

    /** {@return what holds if it is not given; absent where nothing does} */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** {@return the least value, written like the value; empty where there is none} */
    public String least() {
        return least;
    }

    /** {@return the greatest value, written like the value; empty where there is none} */
    public String most() {
        return most;
    }

    /** {@return whether its value must never be shown} */
    public boolean secret() {
        return secret;
    }

    /** {@return what it does, in one line} */
    public String description() {
        return description;
    }

    @Override
    public String toString() {
        return name + " (" + type + (defaultValue == null || secret ? "" : ", default " + defaultValue) + ")";
    }

    /** What a value must look like. */
    public enum Type {
        /** Any text. */
        TEXT,
        /** A whole number. */
        INTEGER,
        /** {@code true} or {@code false}. */
        FLAG,
        /** A time, like {@code 250ms}, {@code 5s}, {@code 2m} or {@code 1h}. */
        DURATION
    }

    /**
     * Collects the values of an {@link OptionSpec}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final String name;
        private final Type type;
        private final @Nullable String defaultValue;
        private String least = "";
        private String most = "";
        private boolean secret;
        private String description = "";

        private Builder(String name, Type type, @Nullable String defaultValue) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "option name '" + name + "' is not made of lower-case words joined by hyphens");
            }
            this.name = name;
            this.type = type;
            this.defaultValue = defaultValue;
        }

        /**
         * Sets the range of a whole number.
         *
         * @param least the least value
         * @param most the greatest value
         * @return this
         * @throws IllegalArgumentException if the range is empty, or the option is no whole number
         */
        public Builder range(int least, int most) {
            requireRange(Type.INTEGER, least <= most);
            this.least = Integer.toString(least);
            this.most = Integer.toString(most);
            return this;
        }

        /**
         * Sets the range of a time.
         *
         * @param least the shortest, in whole milliseconds
         * @param most the longest, in whole milliseconds
         * @return this
         * @throws IllegalArgumentException if the range is empty, or the option is no time
         */
        public Builder range(Duration least, Duration most) {
            requireRange(Type.DURATION, least.compareTo(most) <= 0);
            this.least = OptionValues.format(least);
            this.most = OptionValues.format(most);
            return this;
        }

        /**
         * Marks the value as one that must never be shown.
         *
         * @return this
         */
        public Builder secret() {
            this.secret = true;
            return this;
        }

        /**
         * Says what the option does.
         *
         * @param description one line
         * @return this
         */
        public Builder describedAs(String description) {
            this.description = Objects.requireNonNull(description, "description");
            return this;
        }

        /**
         * {@return the option}
         *
         * @throws IllegalArgumentException if the default is outside the range
         */
        public OptionSpec build() {
            OptionSpec spec = new OptionSpec(this);
            String fault = defaultValue == null ? null : OptionValues.faultOf(spec, defaultValue);
            if (fault != null) {
                throw new IllegalArgumentException("the default is wrong: " + fault);
            }
            return spec;
        }

        private void requireRange(Type expected, boolean ordered) {
            if (type != expected || !ordered) {
                throw new IllegalArgumentException("option '" + name + "' of type " + type
                        + (ordered ? " has no range of type " + expected : " has an empty range"));
            }
        }
    }
}
