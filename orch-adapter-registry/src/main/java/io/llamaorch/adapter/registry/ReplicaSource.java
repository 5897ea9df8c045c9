package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.source.DnsReplicas;
import io.llamaorch.adapter.registry.internal.source.EnvironmentReplicas;
import io.llamaorch.adapter.registry.internal.source.FileReplicas;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Where replicas are described (CFG-03). A host asks for all of them, again and again if the source wants that, and
 * makes its bindings the same.
 *
 * <p>What a source gives is complete: a replica that it no longer names is to go. One that cannot tell throws, and so
 * nothing is lost. Two answers that describe the same must be equal, so no id may depend on when it was asked for.
 *
 * <p>Thread safety: calls must be serial for {@link #read}; {@link #name} and {@link #interval} may be called by any
 * thread. The sources that are made here are safe for concurrent use.
 */
public interface ReplicaSource {

    /** How often a file is read again unless it is said otherwise: every second. */
    Duration FILE_INTERVAL = Duration.ofSeconds(1);

    /** How often a name is looked up again unless it is said otherwise: every 10 seconds. */
    Duration DNS_INTERVAL = Duration.ofSeconds(10);

    /** {@return what it is, for messages, such as {@code file /etc/orch/replicas.json}; no secret} */
    String name();

    /** {@return how long a host waits before it reads again by itself; zero: it reads only when it is asked to} */
    Duration interval();

    /**
     * Reads the replicas as they are described now. May block; a host calls it on a thread of its own.
     *
     * @return all of them, each with its {@linkplain ReplicaSpec#origin() origin} where that helps; may be empty
     * @throws IOException if the source cannot be read now; the message says what to do
     * @throws IllegalArgumentException if what it says is wrong; one message has all faults, each with the path to it
     */
    List<ReplicaSpec> read() throws IOException;

    /**
     * Reads environment variables, as {@link EnvironmentBindings} names them; again only when asked.
     *
     * @param environment such as {@code System.getenv()}; looked at whenever the source is read
     * @param engines the engines that there are adapters for; variables of others are not looked at
     * @return the source, whose {@code read} does not block and throws no {@code IOException}
     */
    static ReplicaSource environment(Map<String, String> environment, Collection<String> engines) {
        return new EnvironmentReplicas(environment, engines);
    }

    /**
     * Reads a JSON file, as {@code docs/configuration.md} describes it, every {@link #FILE_INTERVAL}.
     *
     * @param file the file, of at most 1 MiB; it may be replaced at any time, best by a rename
     * @return the source
     */
    static ReplicaSource file(Path file) {
        return file(file, FILE_INTERVAL);
    }

    /**
     * Reads a JSON file, as {@code docs/configuration.md} describes it. A replica that is marked {@code "drain": true} in
     * it is not given: a host that follows the file lets it drain as one that is gone (LIF-03).
     *
     * @param file the file, of at most 1 MiB; it may be replaced at any time, best by a rename
     * @param interval how long to wait before it is read again; zero: only when asked
     * @return the source
     * @throws IllegalArgumentException if the interval is negative
     */
    static ReplicaSource file(Path file, Duration interval) {
        return new FileReplicas(file, interval);
    }

    /**
     * Reads all that a JSON file describes, replicas too that are marked {@code "drain": true}, of which {@link #file(Path)}
     * gives none. For tools that show or change such a file: a change is checked before it is written. Blocks while it
     * looks at the token files that are named.
     *
     * @param file where the content stands or is to stand: token files are found from there, and messages name it; it is
     *     not read itself
     * @param content the file's content, not changed
     * @return one for each entry in the order of the list, with its id and its place as
     *     {@linkplain ReplicaSpec#origin() origin}
     * @throws IllegalArgumentException if the content is wrong; one message has all faults, each with the path to it
     */
    static List<ReplicaSpec> described(Path file, byte[] content) {
        return new FileReplicas(file, Duration.ZERO).all(content);
    }

    /**
     * Looks up a name every {@link #DNS_INTERVAL} and makes each of its addresses a replica, such as the pods behind a
     * headless service of Kubernetes.
     *
     * @param template what all of them have in common; see {@link #dns(ReplicaSpec, Duration)}
     * @return the source
     * @throws IllegalArgumentException if the template's URL has no name to look up, or begins with {@code https}
     */
    static ReplicaSource dns(ReplicaSpec template) {
        return dns(template, DNS_INTERVAL);
    }

    /**
     * Looks up a name and makes each of its addresses a replica. The URL of each is the template's with the address in
     * place of the name, and its id is the address, behind the template's id and a hyphen if it has one
     * ({@code gpu-10.0.0.7}). A name that has no address now is a failure to read, not an empty list.
     *
     * <p>The JVM keeps the addresses of a name by itself, for 30 seconds unless the security property
     * {@code networkaddress.cache.ttl} says otherwise; a change may be seen that much later than the interval. When it
     * keeps them longer than the interval this is logged once.
     *
     * @param template what all of them have in common; its URL is not {@code https}, for a server's certificate is made
     *     out to a name
     * @param interval how long to wait before the name is looked up again; zero: only when asked
     * @return the source
     * @throws IllegalArgumentException if the template's URL has no name to look up, or begins with {@code https}, or if
     *     the interval is negative
     */
    static ReplicaSource dns(ReplicaSpec template, Duration interval) {
        return new DnsReplicas(template, interval);
    }
}
