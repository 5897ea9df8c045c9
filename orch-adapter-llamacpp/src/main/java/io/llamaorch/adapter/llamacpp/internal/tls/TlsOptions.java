package io.llamaorch.adapter.llamacpp.internal.tls;

import io.llamaorch.adapter.spi.OptionSpec;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options of TLS: whom to trust and what to show. There is none that turns verification off (SEC-02).
 *
 * <p>Thread safety: immutable.
 */
public final class TlsOptions {

    /** None is given: the JVM's own trust store holds, and no certificate is shown. */
    public static final TlsOptions NONE = new TlsOptions(null, null);

    static final String TRUST_STORE = "trust-store";
    static final String CLIENT_KEY_STORE = "client-key-store";

    private static final String TRUST_STORE_PASSWORD = "trust-store-password";
    private static final String CLIENT_KEY_STORE_PASSWORD = "client-key-store-password";

    private static final List<OptionSpec> SPECS = List.of(
            OptionSpec.text(TRUST_STORE)
                    .describedAs(
                            "file with the certificates that are trusted, in place of the JVM's: PEM, PKCS12 or JKS")
                    .build(),
            OptionSpec.text(TRUST_STORE_PASSWORD)
                    .secret()
                    .describedAs("password of the trust store; a PEM file has none")
                    .build(),
            OptionSpec.text(CLIENT_KEY_STORE)
                    .describedAs("file with the key and certificate for a server that asks for one: PKCS12 or JKS")
                    .build(),
            OptionSpec.text(CLIENT_KEY_STORE_PASSWORD)
                    .secret()
                    .describedAs("password of the client key store and of its key")
                    .build());

    private final @Nullable StoreFile trustStore;
    private final @Nullable StoreFile clientKeyStore;

    private TlsOptions(@Nullable StoreFile trustStore, @Nullable StoreFile clientKeyStore) {
        this.trustStore = trustStore;
        this.clientKeyStore = clientKeyStore;
    }

    /** {@return the options that exist} */
    public static List<OptionSpec> specs() {
        return SPECS;
    }

    /**
     * Reads the options out of all that were given. Touches no file.
     *
     * @param given name to value; other names are left alone
     * @return the options
     * @throws IllegalArgumentException if they make no sense; one message says all that is wrong (CFG-02)
     */
    public static TlsOptions read(Map<String, String> given) {
        List<String> faults = new ArrayList<>();
        TlsOptions options = new TlsOptions(
                store(given, TRUST_STORE, TRUST_STORE_PASSWORD, faults),
                store(given, CLIENT_KEY_STORE, CLIENT_KEY_STORE_PASSWORD, faults));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return options;
    }

    /**
     * Refuses them where they would be ignored.
     *
     * @param given name to value
     * @throws IllegalArgumentException if any of them is given; the message names all that are
     */
    public static void refuse(Map<String, String> given) {
        List<String> useless =
                SPECS.stream().map(OptionSpec::name).filter(given::containsKey).toList();
        if (!useless.isEmpty()) {
            throw new IllegalArgumentException("the base URL begins with http://, so there is no TLS for option '"
                    + String.join("', '", useless) + "': begin it with https://, or leave the option out");
        }
    }

    Optional<StoreFile> trustStore() {
        return Optional.ofNullable(trustStore);
    }

    Optional<StoreFile> clientKeyStore() {
        return Optional.ofNullable(clientKeyStore);
    }

    private static @Nullable StoreFile store(
            Map<String, String> given, String option, String passwordOption, List<String> faults) {
        String path = given.get(option);
        String password = given.get(passwordOption);
        if (path == null) {
            if (password != null) {
                faults.add("option '" + passwordOption + "' needs option '" + option + "'");
            }
            return null;
        }
        try {
            if (!path.isBlank()) {
                return new StoreFile(option, Path.of(path), password);
            }
        } catch (InvalidPathException e) {
            // is said below
        }
        faults.add("option '" + option + "' must be the path of a file");
        return null;
    }
}
