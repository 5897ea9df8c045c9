package io.llamaorch.adapter.llamacpp.internal.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file with certificates or keys, as an option names it.
 *
 * <p>Thread safety: immutable. Shows its path, never its password (SEC-01).
 */
final class StoreFile {

    private final String option;
    private final Path path;
    private final @Nullable String password;

    StoreFile(String option, Path path, @Nullable String password) {
        this.option = option;
        this.path = path;
        this.password = password;
    }

    Path path() {
        return path;
    }

    /** The password, the caller's to keep; null if none was given. */
    char @Nullable [] password() {
        return password == null ? null : password.toCharArray();
    }

    /** What is wrong with the file, by the option's name and the path. */
    TlsException fault(String what, @Nullable Exception cause) {
        return new TlsException("option '" + option + "': " + path + " " + what, cause);
    }

    @Override
    public String toString() {
        return option + " " + path;
    }
}
