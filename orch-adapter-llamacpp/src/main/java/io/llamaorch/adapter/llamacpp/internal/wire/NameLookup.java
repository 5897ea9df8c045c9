package io.llamaorch.adapter.llamacpp.internal.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Looks names up on threads of its own, as the JDK can only block for it.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class NameLookup implements AutoCloseable {

    /** Finds the addresses of a name; may block. */
    interface Resolver {

        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private static final int WAITING = 1024;

    private final Resolver resolver;
    private final HelperPool pool = new HelperPool("llamacpp-lookup", WAITING);

    NameLookup(Resolver resolver) {
        this.resolver = resolver;
    }

    /** Looks a name up and calls one of the two, on a thread of the pool or, if that is full or closed, at once. */
    void lookup(String host, Consumer<List<InetAddress>> found, Consumer<Exception> failed) {
        try {
            pool.execute(() -> {
                List<InetAddress> addresses;
                try {
                    addresses = List.of(resolver.resolve(host));
                } catch (UnknownHostException | RuntimeException e) {
                    failed.accept(e);
                    return;
                }
                found.accept(addresses);
            });
        } catch (RejectedExecutionException e) {
            failed.accept(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
