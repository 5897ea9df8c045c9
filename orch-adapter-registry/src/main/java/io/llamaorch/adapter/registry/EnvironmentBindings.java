package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.source.EnvironmentReplicas;
import io.llamaorch.adapter.registry.internal.source.TokenFile;
import io.llamaorch.adapter.spi.Secret;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Reads replicas from environment variables (CFG-03), here for the engine {@code llamacpp}; a hyphen in an engine's or
 * an option's name becomes an underscore:
 *
 * <table>
 * <caption>Variables</caption>
 * <tr><th>name</th><th>meaning</th><th>default</th></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_URL}</td><td>base URLs, separated by commas: one replica each</td><td>none: no
 * replica</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_POOL}</td><td>the pool of all of them</td><td>{@code default}</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_REPLICA}</td><td>their ids, separated by commas</td><td>{@code r0}, {@code r1},
 * …</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_SHARE}</td><td>how many streams of this host may run at once on each of them, 1 or
 * more</td><td>the engine's slots</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_TOKEN}</td><td>the credential for all of them</td><td>none</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_TOKEN_FILE}</td><td>a file with the credential, read again when it
 * changes</td><td>none</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_OPTION_IDLE_TIMEOUT}</td><td>the adapter's option {@code idle-timeout} for all of
 * them, and so on for each option</td><td>the adapter's</td></tr>
 * </table>
 *
 * <p>Which options exist is the adapter's to say: they are checked when the replica is bound.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EnvironmentBindings {

    private EnvironmentBindings() {}

    /**
     * Reads the replicas.
     *
     * @param environment such as {@code System.getenv()}
     * @param engines the engines that there are adapters for; variables of others are not looked at
     * @return the replicas, engine by engine in alphabetical order; empty if none is named
     * @throws IllegalArgumentException if variables are malformed or do not fit together; one message names all of them
     */
    public static List<ReplicaSpec> read(Map<String, String> environment, Collection<String> engines) {
        return new EnvironmentReplicas(environment, engines).read();
    }

    /**
     * Makes a secret of a file's content, without the line break at its end. The file is read now, and again whenever it
     * has changed.
     *
     * @param file the file
     * @return the secret; equal to others of the same path
     * @throws IllegalArgumentException if the file cannot be read, or holds no credential
     */
    public static Secret tokenFile(Path file) {
        return TokenFile.secret(file);
    }
}
