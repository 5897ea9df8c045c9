package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.Deliveries;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that an adapter is told (CFG-01): where its engine is, its options, and the clock and threads that it borrows.
 *
 * <p>Thread safety: immutable. {@code toString} shows no secret, no option's value, and of the URL neither user nor
 * query.
 */
public final class AdapterConfig {

    /** Of a URL: the user, the query and the fragment; rather too much of a malformed one than too little. */
    private static final Pattern PRIVATE_PARTS = Pattern.compile("(?<=//).*@|^[^/]*@|[?#].*", Pattern.DOTALL);

    private final String pool;
    private final String replica;
    private final @Nullable String url;
    private final @Nullable Secret token;
    private final Map<String, String> options;
    private final TimeSource timeSource;
    private final Executor deliveryExecutor;

    private AdapterConfig(Builder builder) {
        pool = builder.pool;
        replica = builder.replica;
        url = builder.url;
        token = builder.token;
        options = Collections.unmodifiableMap(new LinkedHashMap<>(builder.options));
        timeSource = builder.timeSource;
        deliveryExecutor = builder.deliveryExecutor;
    }

    /** {@return a builder with nothing set} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the pool that the replica belongs to; empty outside a host} */
    public String pool() {
        return pool;
    }

    /** {@return the replica's id, for events and errors; empty outside a host} */
    public String replica() {
        return replica;
    }

    /** {@return the engine's base URL, for engines that have one} */
    public Optional<String> url() {
        return Optional.ofNullable(url);
    }

    /** {@return the credential for that URL, and for no other place (SEC-03)} */
    public Optional<Secret> token() {
        return Optional.ofNullable(token);
    }

    /** {@return name to value of the adapter's options, unchecked; see {@link OptionValues#read}} */
    public Map<String, String> options() {
        return options;
    }

    /** {@return the clock and timers to use} */
    public TimeSource timeSource() {
        return timeSource;
    }

    /** {@return where subscribers that may block are called, and where stages complete} */
    public Executor deliveryExecutor() {
        return deliveryExecutor;
    }

    @Override
    public String toString() {
        String place =
                url == null ? "no url" : "url " + PRIVATE_PARTS.matcher(url).replaceAll("");
        return "AdapterConfig[" + pool + "/" + replica + ", " + place + ", options " + options.keySet() + "]";
    }

    /**
     * Collects the values of an {@link AdapterConfig}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private String pool = "";
        private String replica = "";
        private @Nullable String url;
        private @Nullable Secret token;
        private final Map<String, String> options = new LinkedHashMap<>();
        private TimeSource timeSource = TimeSource.system();
        private Executor deliveryExecutor = Deliveries.shared();

        private Builder() {}

        /**
         * Names the replica.
         *
         * @param pool the pool
         * @param replica the replica's id in it
         * @return this
         */
        public Builder replica(String pool, String replica) {
            this.pool = Objects.requireNonNull(pool, "pool");
            this.replica = Objects.requireNonNull(replica, "replica");
            return this;
        }

        /**
         * Sets the engine's base URL.
         *
         * @param url checked by the adapter at {@code create}
         * @return this
         */
        public Builder url(String url) {
            this.url = Objects.requireNonNull(url, "url");
            return this;
        }

        /**
         * Sets the credential.
         *
         * @param token sent to {@link AdapterConfig#url()} and nowhere else
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
         * @param value its value, as text
         * @return this
         */
        public Builder option(String name, String value) {
            options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets the clock and timers; without this, real time.
         *
         * @param timeSource the clock
         * @return this
         */
        public Builder timeSource(TimeSource timeSource) {
            this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
            return this;
        }

        /**
         * Sets where subscribers that may block are called; without this, a few threads that all adapters of this JVM
         * share, one for each processor, and as many more as subscribers block for longer than 10 ms: virtual ones where
         * those of the JVM may block anywhere (24 and later).
         *
         * @param deliveryExecutor must run all that it accepts, each in bounded time whatever the others do, or streams
         *     hang; a task that it rejects runs on the default instead
         * @return this
         */
        public Builder deliveryExecutor(Executor deliveryExecutor) {
            this.deliveryExecutor = Objects.requireNonNull(deliveryExecutor, "deliveryExecutor");
            return this;
        }

        /** {@return the configuration} */
        public AdapterConfig build() {
            return new AdapterConfig(this);
        }
    }
}
