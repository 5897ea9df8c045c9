package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Urls;
import io.llamaorch.adapter.spi.Secret;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is bound: an engine endpoint, under the name of a pool and of a replica in it.
 *
 * <p>Two are equal if all of this is equal, the {@linkplain Secret#equals credential} too, so that one can tell whether
 * a replica's description has changed. Where it was described plays no part in that.
 *
 * <p>Thread safety: immutable. {@code toString} shows no secret and no option's value.
 */
public final class ReplicaSpec {

    /** The pool that a replica belongs to unless another is named: {@value}. */
    public static final String DEFAULT_POOL = "default";

    private final String engine;
    private final String pool;
    private final String replica;
    private final @Nullable String url;
    private final @Nullable Secret token;
    private final Map<String, String> options;
    private final int share;
    private final @Nullable String origin;

    private ReplicaSpec(Builder builder) {
        engine = builder.engine;
        pool = builder.pool;
        replica = builder.replica;
        url = builder.url;
        token = builder.token;
        options = Collections.unmodifiableMap(new LinkedHashMap<>(builder.options));
        share = builder.share;
        origin = builder.origin;
    }

    /**
     * Begins a replica.
     *
     * @param engine the engine's name
     * @return a builder: pool {@value #DEFAULT_POOL}, and an id that the host makes
     */
    public static Builder builder(String engine) {
        return new Builder(engine);
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder(engine);
        builder.pool = pool;
        builder.replica = replica;
        builder.url = url;
        builder.token = token;
        builder.options.putAll(options);
        builder.share = share;
        builder.origin = origin;
        return builder;
    }

    /** {@return the engine's name} */
    public String engine() {
        return engine;
    }

    /** {@return the pool} */
    public String pool() {
        return pool;
    }

    /** {@return the replica's id, unique in its pool; empty if the host is to make one when it binds the replica} */
    public String replica() {
        return replica;
    }

    /** {@return the engine's base URL, for engines that have one} */
    public Optional<String> url() {
        return Optional.ofNullable(url);
    }

    /** {@return the credential for that URL} */
    public Optional<Secret> token() {
        return Optional.ofNullable(token);
    }

    /** {@return the adapter's options, name to value} */
    public Map<String, String> options() {
        return options;
    }

    /**
     * {@return how many streams of this host may run on it at once (DSP-03); empty for as many as the engine has slots, or 1
     * where it does not tell}
     */
    public OptionalInt share() {
        return share == 0 ? OptionalInt.empty() : OptionalInt.of(share);
    }

    /** {@return where it was described, such as {@code replicas[2]}, for messages; empty if nobody said} */
    public Optional<String> origin() {
        return Optional.ofNullable(origin);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReplicaSpec that
                && engine.equals(that.engine)
                && pool.equals(that.pool)
                && replica.equals(that.replica)
                && Objects.equals(url, that.url)
                && Objects.equals(token, that.token)
                && options.equals(that.options)
                && share == that.share;
    }

    @Override
    public int hashCode() {
        return Objects.hash(engine, pool, replica, url, token, options, share);
    }

    @Override
    public String toString() {
        return pool + "/" + (replica.isEmpty() ? "?" : replica) + " (" + engine
                + (url == null ? "" : " at " + Urls.shown(url)) + ")";
    }

    /**
     * Collects the values of a {@link ReplicaSpec}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final String engine;
        private String pool = DEFAULT_POOL;
        private String replica = "";
        private @Nullable String url;
        private @Nullable Secret token;
        private final Map<String, String> options = new LinkedHashMap<>();
        private int share;
        private @Nullable String origin;

        private Builder(String engine) {
            this.engine = Objects.requireNonNull(engine, "engine");
        }

        /**
         * Sets the pool.
         *
         * @param pool its name, not blank
         * @return this
         */
        public Builder pool(String pool) {
            this.pool = named("pool", pool);
            return this;
        }

        /**
         * Sets the replica's id; without this, it is the first of {@code r0}, {@code r1}, … that its pool does not have.
         *
         * @param replica unique in its pool, not blank
         * @return this
         */
        public Builder replica(String replica) {
            this.replica = named("replica", replica);
            return this;
        }

        /**
         * Sets the engine's base URL.
         *
         * @param url checked when the replica is bound
         * @return this
         */
        public Builder url(String url) {
            this.url = Objects.requireNonNull(url, "url");
            return this;
        }

        /**
         * Sets the credential.
         *
         * @param token for that URL only
         * @return this
         */
        public Builder token(Secret token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /**
         * Sets an option of the adapter.
         *
         * @param name the option's name
         * @param value its value, checked when the replica is bound
         * @return this
         */
        public Builder option(String name, String value) {
            options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets how many streams of this host may run on it at once, as where several hosts share an engine; without this,
         * as many as the engine has slots.
         *
         * @param share 1 or more
         * @return this
         */
        public Builder share(int share) {
            if (share < 1) {
                throw new IllegalArgumentException("the share is " + share
                        + ": it must be 1 or more; leave it out for as many as the engine has slots");
            }
            this.share = share;
            return this;
        }

        /**
         * Says where the replica is described, for messages about it.
         *
         * @param origin a place within its source, such as {@code replicas[2]}; no secret
         * @return this
         */
        public Builder origin(String origin) {
            this.origin = Objects.requireNonNull(origin, "origin");
            return this;
        }

        /** {@return the replica's description} */
        public ReplicaSpec build() {
            return new ReplicaSpec(this);
        }

        private static String named(String what, String name) {
            if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("the name of the " + what + " is blank or has control characters");
            }
            return name;
        }
    }
}
