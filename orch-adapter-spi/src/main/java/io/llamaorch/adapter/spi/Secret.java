package io.llamaorch.adapter.spi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A credential that cannot be printed by accident: {@link #toString()} shows a fingerprint, and only {@link #reveal()}
 * gives the value (SEC-01).
 *
 * <p>Two secrets are equal if they wrap the same value, or sources that are equal; a value is never equal to a source
 * that gives it now. No source is asked for that.
 *
 * <p>Thread safety: safe for concurrent use if its supplier is.
 */
public final class Secret {

    private static final int FINGERPRINT_LENGTH = 6;

    /** The value or its source, which is what tells this secret from others. */
    private final Object origin;

    private final Supplier<String> value;

    private Secret(Object origin, Supplier<String> value) {
        this.origin = origin;
        this.value = value;
    }

    /**
     * Wraps a value.
     *
     * @param value the credential, not empty and without line breaks
     * @return the secret
     * @throws IllegalArgumentException if the value is empty or contains control characters
     */
    public static Secret of(String value) {
        String checked = check(value);
        return new Secret(checked, () -> checked);
    }

    /**
     * Wraps a source that is asked at each use, such as a file that is replaced when the credential rotates.
     *
     * @param source gives the credential; called on the thread that submits, so it must be quick
     * @return the secret
     */
    public static Secret from(Supplier<String> source) {
        Objects.requireNonNull(source, "source");
        return new Secret(source, () -> check(source.get()));
    }

    /**
     * {@return the value, for the one place that sends it}
     *
     * @throws IllegalArgumentException if the source now gives an empty or malformed value
     */
    public String reveal() {
        return value.get();
    }

    /**
     * {@return the first six hexadecimal digits of the value's SHA-256, to tell two secrets apart}
     *
     * @throws IllegalArgumentException if the source now gives an empty or malformed value
     */
    public String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(reveal().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, FINGERPRINT_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && origin.equals(secret.origin);
    }

    @Override
    public int hashCode() {
        return origin.hashCode();
    }

    /** {@return the fingerprint, never the value; {@code secret#unreadable} if the source fails} */
    @Override
    public String toString() {
        try {
            return "secret#" + fingerprint();
        } catch (RuntimeException e) {
            return "secret#unreadable"; // printing must not fail, and the reason may name the value
        }
    }

    private static String check(String value) {
        Objects.requireNonNull(value, "value");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("the secret is empty: give a value, or configure none");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the secret contains a line break or another control character");
        }
        return value;
    }
}
