package io.llamaorch.adapter.registry.internal.source;

import io.llamaorch.adapter.spi.Secret;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The token files that one document names: each is looked at once, whoever shares it.
 *
 * <p>Thread safety: calls must be serial.
 */
final class TokenFiles {

    private final Path document;
    private final Map<Path, Secret> known = new HashMap<>();

    /**
     * Knows none yet.
     *
     * @param document where paths are found from
     */
    TokenFiles(Path document) {
        this.document = document;
    }

    /**
     * Finds one.
     *
     * @param name its path, relative to the document's folder or absolute
     * @return the credential in it
     * @throws IllegalArgumentException if it cannot be read, or holds no credential
     */
    Secret secret(String name) {
        Path path;
        try {
            path = document.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is no path", e);
        }
        return known.computeIfAbsent(path, TokenFile::secret);
    }
}
