package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.registry.EnvironmentBindings;
import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.spi.Secret;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Replicas in environment variables, which {@link EnvironmentBindings} names.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EnvironmentReplicas implements ReplicaSource {

    private static final String PREFIX = "ORCHD_";
    private static final String URL = "URL";
    private static final String POOL = "POOL";
    private static final String REPLICA = "REPLICA";
    private static final String SHARE = "SHARE";
    private static final String TOKEN = "TOKEN";
    private static final String TOKEN_FILE = "TOKEN_FILE";
    private static final String OPTION = "OPTION_";
    private static final Set<String> NAMES = Set.of(URL, POOL, REPLICA, SHARE, TOKEN, TOKEN_FILE);

    /** The name of an option, lower-case words joined by hyphens, as a part of a variable's. */
    private static final Pattern OPTION_NAME = Pattern.compile("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");

    private final Map<String, String> environment;
    private final List<String> engines;

    /**
     * Makes a source that has read nothing yet.
     *
     * @param environment looked at whenever the source is read
     * @param engines those that there are adapters for
     */
    public EnvironmentReplicas(Map<String, String> environment, Collection<String> engines) {
        this.environment = Objects.requireNonNull(environment, "environment");
        this.engines = engines.stream().sorted().toList();
    }

    @Override
    public String name() {
        return "the environment";
    }

    @Override
    public Duration interval() {
        return Duration.ZERO;
    }

    @Override
    public List<ReplicaSpec> read() {
        Faults faults = new Faults();
        List<ReplicaSpec> specs = new ArrayList<>();
        for (String engine : engines) {
            String prefix = prefix(engine);
            Map<String, String> own = own(prefix);
            own.keySet().stream()
                    .filter(name -> !isKnown(name))
                    .forEach(name -> faults.add(prefix + name + " is not known" + hint(prefix, name)));
            if (own.containsKey(URL)) {
                specs.addAll(new Variables(engine, prefix, own, faults).replicas());
            } else {
                own.keySet().stream()
                        .filter(EnvironmentReplicas::isKnown)
                        .findFirst()
                        .ifPresent(
                                name -> faults.add(prefix + URL + " is missing, though " + prefix + name + " is set"));
            }
        }
        refuseTwins(specs, faults);
        faults.throwIfAny(name());
        return List.copyOf(specs);
    }

    private static boolean isKnown(String name) {
        return NAMES.contains(name) || name.startsWith(OPTION);
    }

    private static String hint(String prefix, String name) {
        String near = NearMiss.hint(name, NAMES);
        return near.isEmpty() ? "; an option of the adapter is set by " + prefix + OPTION + "…" : near;
    }

    /** Two engines that both take the defaults would be one replica. */
    private static void refuseTwins(List<ReplicaSpec> specs, Faults faults) {
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

    /** The variables of one engine, without the prefix; not those of an engine whose name begins like this one's. */
    private Map<String, String> own(String prefix) {
        Map<String, String> own = new TreeMap<>();
        environment.forEach((name, value) -> {
            boolean another = engines.stream()
                    .map(EnvironmentReplicas::prefix)
                    .anyMatch(other -> other.length() > prefix.length() && name.startsWith(other));
            if (name.startsWith(prefix) && !another) {
                own.put(name.substring(prefix.length()), value);
            }
        });
        return own;
    }

    /** The variables of one engine that has a URL. */
    private record Variables(String engine, String prefix, Map<String, String> own, Faults faults) {

        List<ReplicaSpec> replicas() {
            List<String> urls = list(own.getOrDefault(URL, ""));
            List<String> ids = own.containsKey(REPLICA) ? list(own.getOrDefault(REPLICA, "")) : numbered(urls.size());
            if (urls.isEmpty() || urls.contains("")) {
                faults.add(prefix + URL + " has an empty URL");
            }
            if (ids.size() != urls.size() || Set.copyOf(ids).size() != ids.size() || ids.contains("")) {
                faults.add(prefix + REPLICA + " must have " + urls.size() + " different ids, one for each URL");
                ids = numbered(urls.size());
            }
            ReplicaSpec.Builder common = ReplicaSpec.builder(engine);
            String pool = own.getOrDefault(POOL, ReplicaSpec.DEFAULT_POOL);
            boolean named = accepted(prefix + POOL, () -> common.pool(pool));
            for (String id : ids) {
                named &= accepted(prefix + REPLICA, () -> common.replica(id));
            }
            @Nullable String share = own.get(SHARE);
            if (share != null) {
                accepted(prefix + SHARE, () -> common.share(Shares.parse(share)));
            }
            token().ifPresent(common::token);
            options().forEach(common::option);
            List<ReplicaSpec> specs = new ArrayList<>();
            for (int i = 0; named && i < urls.size(); i++) {
                specs.add(common.url(urls.get(i))
                        .replica(ids.get(i))
                        .origin(prefix + URL + (urls.size() == 1 ? "" : "[" + i + "]"))
                        .build());
            }
            return specs;
        }

        private boolean accepted(String variable, Runnable setter) {
            try {
                setter.run();
                return true;
            } catch (IllegalArgumentException e) {
                faults.add(variable + ": " + e.getMessage());
                return false;
            }
        }

        private Optional<Secret> token() {
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
                return file == null ? Optional.empty() : Optional.of(TokenFile.secret(Path.of(file)));
            } catch (InvalidPathException e) {
                faults.add(prefix + TOKEN_FILE + " is no path");
            } catch (IllegalArgumentException e) {
                faults.add((value != null ? prefix + TOKEN : prefix + TOKEN_FILE) + ": " + e.getMessage());
            }
            return Optional.empty();
        }

        private Map<String, String> options() {
            Map<String, String> options = new TreeMap<>();
            own.forEach((variable, value) -> {
                if (variable.startsWith(OPTION)) {
                    String name = variable.substring(OPTION.length());
                    if (OPTION_NAME.matcher(name).matches()) {
                        options.put(name.toLowerCase(Locale.ROOT).replace('_', '-'), value);
                    } else {
                        faults.add(prefix + variable + " names no option: behind " + prefix + OPTION
                                + " write its name in capitals, with _ in place of each hyphen");
                    }
                }
            });
            return options;
        }

        private static List<String> list(String value) {
            return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
        }

        private static List<String> numbered(int count) {
            return IntStream.range(0, count).mapToObj(number -> "r" + number).toList();
        }
    }
}
