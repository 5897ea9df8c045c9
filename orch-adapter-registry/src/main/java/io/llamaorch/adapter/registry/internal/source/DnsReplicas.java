package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica for each address of a name.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class DnsReplicas implements ReplicaSource {

    private static final Logger LOG = LoggerFactory.getLogger(DnsReplicas.class);

    /** What is before the host, user and password included; the host, if it is no IPv6 address; what is behind it. */
    private static final Pattern URL =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?)([^/?#@:\\[\\]\\s]+)((?::\\d*)?(?:[/?#].*)?)");

    private static final Pattern IPV6 = Pattern.compile("[^/?#]*//(?:[^/?#]*@)?\\[.*");

    /** How browsers tell IPv4 addresses from names, in whatever way they are written: the last part is a number. */
    private static final Pattern IPV4 = Pattern.compile("(?:.*\\.)?(?:\\d+|0[xX][0-9a-fA-F]*)\\.?");

    private static final Comparator<InetAddress> IPV4_FIRST = Comparator.<InetAddress>comparingInt(
                    address -> address.getAddress().length)
            .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned);

    private final ReplicaSpec template;
    private final Duration interval;
    private final String before;
    private final String host;
    private final String behind;
    private final Lookup lookup;
    private final IntSupplier cachedSeconds;
    private final AtomicBoolean remarked = new AtomicBoolean();

    /** Finds the addresses of a name. */
    interface Lookup {

        /**
         * Looks a name up; may block.
         *
         * @param name the name
         * @return its addresses
         * @throws UnknownHostException if it has none, or if nobody can be asked
         */
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    /**
     * Makes a source that has looked up nothing yet.
     *
     * @param template what all replicas have in common
     * @param interval how often a host reads it again
     */
    public DnsReplicas(ReplicaSpec template, Duration interval) {
        this(template, interval, InetAddress::getAllByName, JvmNameCache::seconds);
    }

    DnsReplicas(ReplicaSpec template, Duration interval, Lookup lookup, IntSupplier cachedSeconds) {
        String url =
                template.url().orElseThrow(() -> refused("the template has no URL: give it one with a name in it"));
        if (url.regionMatches(true, 0, "https:", 0, "https:".length())) {
            throw refused("the template's URL begins with https, and a certificate is made out to a name, not to the"
                    + " addresses behind it: describe each replica by its own name in a file or in the environment");
        }
        Matcher parts = URL.matcher(url);
        if (IPV6.matcher(url).matches()
                || (parts.matches() && IPV4.matcher(parts.group(2)).matches())) {
            throw refused("the template's URL has an address already: bind it as it is, or give a name");
        }
        if (!parts.matches()) {
            throw refused("the template's URL has no name to look up: write it like http://engines.example:8080");
        }
        this.template = template;
        this.interval = Intervals.check(interval);
        this.before = parts.group(1);
        this.host = parts.group(2);
        this.behind = parts.group(3);
        this.lookup = lookup;
        this.cachedSeconds = cachedSeconds;
    }

    @Override
    public String name() {
        return "DNS name " + host;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public List<ReplicaSpec> read() throws IOException {
        remarkOnce();
        InetAddress[] addresses;
        try {
            addresses = lookup.addresses(host);
        } catch (UnknownHostException e) {
            throw new IOException(
                    name() + " has no address now, or no name server answers: check the name, and that what is behind"
                            + " it runs",
                    e);
        }
        return Arrays.stream(addresses)
                .sorted(IPV4_FIRST)
                .map(DnsReplicas::written)
                .distinct()
                .map(this::replica)
                .toList();
    }

    private ReplicaSpec replica(String address) {
        String id = template.replica().isEmpty() ? address : template.replica() + "-" + address;
        String inUrl = address.indexOf(':') < 0 ? address : "[" + address + "]";
        return template.toBuilder()
                .replica(id)
                .url(before + inUrl + behind)
                .origin(address)
                .build();
    }

    /** Without the interface by which it is reached: URLs have no place for that. */
    private static String written(InetAddress address) {
        String text = address.getHostAddress();
        int scope = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return scope < 0 ? text : text.substring(0, scope);
    }

    private void remarkOnce() {
        if (!remarked.getAndSet(true)) {
            JvmNameCache.remark(host, interval, cachedSeconds.getAsInt())
                    .ifPresent(
                            remark -> LOG.atInfo().addKeyValue("human", remark).log("names are cached"));
        }
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(why);
    }
}
