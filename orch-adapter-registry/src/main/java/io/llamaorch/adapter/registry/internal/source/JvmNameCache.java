package io.llamaorch.adapter.registry.internal.source;

import java.security.Security;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long this JVM keeps the addresses of a name that it has looked up, before it asks again: its own rule, read as
 * {@code InetAddress} does.
 */
final class JvmNameCache {

    /** What holds where nothing is set. */
    private static final int DEFAULT_SECONDS = 30;

    private JvmNameCache() {}

    /** {@return seconds; less than none for ever} */
    static int seconds() {
        return seconds(Security.getProperty("networkaddress.cache.ttl"), System.getProperty("sun.net.inetaddr.ttl"));
    }

    static int seconds(@Nullable String securityProperty, @Nullable String systemProperty) {
        try {
            if (securityProperty != null) {
                return Integer.parseInt(securityProperty);
            }
        } catch (NumberFormatException e) {
            // counts as not set
        }
        try {
            return systemProperty == null ? DEFAULT_SECONDS : Integer.decode(systemProperty);
        } catch (NumberFormatException e) {
            return DEFAULT_SECONDS;
        }
    }

    /**
     * Says what that means for whoever looks a name up again and again.
     *
     * @param name the name
     * @param interval the time between two looks
     * @param seconds how long the JVM keeps the addresses; less than none for ever
     * @return a sentence; empty if it keeps them no longer than the interval
     */
    static Optional<String> remark(String name, Duration interval, int seconds) {
        if (seconds >= 0 && interval.compareTo(Duration.ofSeconds(seconds)) >= 0) {
            return Optional.empty();
        }
        String howLong = seconds < 0
                ? "for ever, so no change is seen; to see one"
                : "for " + seconds + " s, so a change may be seen that much later; to see it sooner";
        return Optional.of("The JVM keeps the addresses of " + name + " " + howLong
                + ", set the security property networkaddress.cache.ttl, for instance to 5");
    }
}
