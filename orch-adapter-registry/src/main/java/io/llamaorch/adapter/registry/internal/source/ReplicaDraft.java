package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a document says of one replica, and whether that makes one.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ReplicaDraft {

    /** The fields of a replica. */
    static final List<String> FIELDS =
            List.of("drain", "engine", "options", "pool", "replica", "share", "token", "token-file", "url");

    private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[^\\s\\p{Cntrl}]*");
    private static final Pattern ENGINE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private final String path;
    private final Faults faults;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, String> options = new TreeMap<>();
    private final Set<String> refused = new HashSet<>();

    /**
     * Knows nothing yet.
     *
     * @param path where the replica stands in the document
     * @param faults takes what is wrong
     */
    ReplicaDraft(String path, Faults faults) {
        this.path = path;
        this.faults = faults;
    }

    /** Takes the value of a field as it is written; a number is checked only when the replica is made. */
    void text(String field, String value) {
        texts.put(field, value);
    }

    void option(String name, String value) {
        options.put(name, value);
    }

    /** Notes a field whose value is of another type; that is told already. */
    void refused(String field) {
        refused.add(field);
    }

    /**
     * Makes the replica.
     *
     * @param found the fields that were given, well or not
     * @param tokenFiles where the files with credentials are
     * @return the replica, with no id if none was given; empty if it is not even clear what its place would be
     */
    Optional<ReplicaSpec> build(Set<String> found, TokenFiles tokenFiles) {
        if (!found.contains("engine")) {
            faults.add(path + ".engine: is missing; name the engine, such as llamacpp");
        }
        take("engine", ReplicaDraft::checkEngine);
        ReplicaSpec.Builder spec =
                ReplicaSpec.builder(texts.getOrDefault("engine", "")).origin(path);
        take("pool", spec::pool);
        take("replica", spec::replica);
        take("url", url -> spec.url(checkedUrl(url)));
        take("share", share -> spec.share(Shares.parse(share)));
        take("token", token -> spec.token(Secret.of(token)));
        take("token-file", file -> spec.token(tokenFiles.secret(file)));
        if (found.contains("token") && found.contains("token-file")) {
            faults.add(path + ": has both token and token-file; keep one of them");
        }
        options.forEach(spec::option);
        return refused.contains("pool") || refused.contains("replica") ? Optional.empty() : Optional.of(spec.build());
    }

    private void take(String field, Consumer<String> setter) {
        String value = texts.get(field);
        if (value != null) {
            try {
                setter.accept(value);
            } catch (IllegalArgumentException e) {
                faults.add(path + "." + field + ": " + e.getMessage());
                refused.add(field);
            }
        }
    }

    private static void checkEngine(String engine) {
        if (!ENGINE.matcher(engine).matches()) {
            throw new IllegalArgumentException("must be lower-case letters, digits and hyphens, such as llamacpp");
        }
    }

    /** Only its form: what it must lead to is the adapter's to say. Not shown, for it may hold a password. */
    private static String checkedUrl(String url) {
        if (!URL.matcher(url).matches()) {
            throw new IllegalArgumentException("must be a URL, such as http://10.0.0.7:8080");
        }
        return url;
    }
}
