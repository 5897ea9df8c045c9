package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.registry.internal.source.TokenFile;
import io.llamaorch.adapter.spi.Secret;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads replicas from environment variables (CFG-03), here for the engine {@code llamacpp}; a hyphen in an engine's name
 * becomes an underscore:
 *
 * <table>
 * <caption>Variables</caption>
 * <tr><th>name</th><th>meaning</th><th>default</th></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_URL}</td><td>base URLs, separated by commas: one replica each</td><td>none: no
 * replica</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_POOL}</td><td>the pool of all of them</td><td>{@code default}</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_REPLICA}</td><td>their ids, separated by commas</td><td>{@code r0}, {@code r1},
 * …</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_TOKEN}</td><td>the credential for all of them</td><td>none</td></tr>
 * <tr><td>{@code ORCHD_LLAMACPP_TOKEN_FILE}</td><td>a file with the credential, read again when it
 * changes</td><td>none</td></tr>
 * </table>
 */
public final class EnvironmentBindings {

    private static final String PREFIX = "ORCHD_";
    private static final String URL = "URL";
    private static final String POOL = "POOL";
    private static final String REPLICA = "REPLICA";
    private static final String TOKEN = "TOKEN";
    private static final String TOKEN_FILE = "TOKEN_FILE";
    private static final Set<String> NAMES = Set.of(URL, POOL, REPLICA, TOKEN, TOKEN_FILE);

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
        List<String> faults = new ArrayList<>();
        List<ReplicaSpec> specs = new ArrayList<>();
        for (String engine : engines.stream().sorted().toList()) {
            String prefix = prefix(engine);
            Map<String, String> own = own(environment, prefix, engines);
            own.keySet().stream()
                    .filter(name -> !NAMES.contains(name))
                    .forEach(name -> faults.add(prefix + name + " is not known" + NearMiss.hint(name, NAMES)));
            if (own.containsKey(URL)) {
                specs.addAll(replicas(engine, prefix, own, faults));
            } else if (own.keySet().stream().anyMatch(NAMES::contains)) {
                faults.add(prefix + URL + " is missing, though " + prefix
                        + own.keySet().stream()
                                .filter(NAMES::contains)
                                .findFirst()
                                .orElseThrow() + " is set");
            }
        }
        refuseTwins(specs, faults);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(
                    "the environment does not name replicas properly: " + String.join("; ", faults));
        }
        return List.copyOf(specs);
    }

    private static List<ReplicaSpec> replicas(
            String engine, String prefix, Map<String, String> own, List<String> faults) {
        List<String> urls = list(own.getOrDefault(URL, ""));
        List<String> ids = own.containsKey(REPLICA) ? list(own.getOrDefault(REPLICA, "")) : numbered(urls.size());
        if (urls.isEmpty() || urls.contains("")) {
            faults.add(prefix + URL + " has an empty URL");
        }
        if (ids.size() != urls.size() || Set.copyOf(ids).size() != ids.size() || ids.contains("")) {
            faults.add(prefix + REPLICA + " must have " + urls.size() + " different ids, one for each URL");
            ids = numbered(urls.size());
        }
        ReplicaSpec.Builder names = ReplicaSpec.builder(engine);
        String pool = own.getOrDefault(POOL, ReplicaSpec.DEFAULT_POOL);
        boolean named = accepted(prefix + POOL, () -> names.pool(pool), faults);
        for (String id : ids) {
            named &= accepted(prefix + REPLICA, () -> names.replica(id), faults);
        }
        Optional<Secret> token = token(prefix, own, faults);
        if (!named) {
            return List.of();
        }
        List<ReplicaSpec> specs = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            ReplicaSpec.Builder spec =
                    ReplicaSpec.builder(engine).url(urls.get(i)).pool(pool).replica(ids.get(i));
            token.ifPresent(spec::token);
            specs.add(spec.build());
        }
        return specs;
    }

    private static boolean accepted(String variable, Runnable setter, List<String> faults) {
        try {
            setter.run();
            return true;
        } catch (IllegalArgumentException e) {
            faults.add(variable + ": " + e.getMessage());
            return false;
        }
    }

    /** Two engines that both take the defaults would be one replica. */
    private static void refuseTwins(List<ReplicaSpec> specs, List<String> faults) {
        Map<String, String> owners = new HashMap<>();
        for (ReplicaSpec spec : specs) {
            String place = spec.pool() + "/" + spec.replica();
            String owner = owners.putIfAbsent(place, spec.engine());
            if (owner != null && !owner.equals(spec.engine())) {
                String prefix = prefix(spec.engine());
                faults.add("replica " + place + " is named for " + owner + " and for " + spec.engine() + ": set "
                        + prefix + POOL + " or " + prefix + REPLICA);
            }
        }
    }

    private static String prefix(String engine) {
        return PREFIX + engine.toUpperCase(Locale.ROOT).replace('-', '_') + "_";
    }

    private static Optional<Secret> token(String prefix, Map<String, String> own, List<String> faults) {
        @Nullable String value = own.get(TOKEN);
        @Nullable String file = own.get(TOKEN_FILE);
        if (value != null && file != null) {
            faults.add(prefix + TOKEN + " and " + prefix + TOKEN_FILE + " are both set: keep one");
            return Optional.empty();
        }
        try {
            if (value != null) {
                return Optional.of(Secret.of(value));
            }
            return file == null ? Optional.empty() : Optional.of(tokenFile(Path.of(file)));
        } catch (InvalidPathException e) {
            faults.add(prefix + TOKEN_FILE + " is no path");
        } catch (IllegalArgumentException e) {
            faults.add((value != null ? prefix + TOKEN : prefix + TOKEN_FILE) + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /**
     * Makes a secret of a file's content, without the line break at its end. The file is read now, and again whenever it
     * has changed.
     *
     * @param file the file
     * @return the secret
     * @throws IllegalArgumentException if the file cannot be read, or holds no credential
     */
    public static Secret tokenFile(Path file) {
        TokenFile source = new TokenFile(file);
        Secret.of(source.get()); // refuses what no credential can be
        return Secret.from(source);
    }

    /** The variables of one engine, without the prefix; not those of an engine whose name begins like this one's. */
    private static Map<String, String> own(Map<String, String> environment, String prefix, Collection<String> engines) {
        Map<String, String> own = new TreeMap<>();
        environment.forEach((name, value) -> {
            boolean another = engines.stream()
                    .map(EnvironmentBindings::prefix)
                    .anyMatch(other -> other.length() > prefix.length() && name.startsWith(other));
            if (name.startsWith(prefix) && !another) {
                own.put(name.substring(prefix.length()), value);
            }
        });
        return own;
    }

    private static List<String> list(String value) {
        return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    }

    private static List<String> numbered(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add("r" + i);
        }
        return ids;
    }
}
