package io.llamaorch.adapter.registry;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A source of replicas that a host follows, see {@link AdapterHost#follow}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks.
 */
public interface FollowedSource extends AutoCloseable {

    /** {@return the source's name} */
    String name();

    /**
     * Reads the source now, and makes the host's replicas what it says.
     *
     * @return a stage with what changed; it fails with {@link IllegalArgumentException} if what the source says is wrong,
     *     with {@link java.io.IOException} if it cannot be read, with {@link IllegalStateException} if it is followed no
     *     more; nothing has changed then
     */
    CompletionStage<SourceUpdate> refresh();

    /** {@return why the last reading changed nothing; empty if it was followed, or if there was none yet} */
    Optional<String> problem();

    /**
     * Follows it no more. Its replicas stay as they are; a source that names them later, the same or another, takes them
     * over and binds them anew. Idempotent.
     */
    @Override
    void close();
}
