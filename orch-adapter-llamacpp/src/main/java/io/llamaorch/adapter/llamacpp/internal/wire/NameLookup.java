package io.llamaorch.adapter.llamacpp.internal.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Looks names up on a few threads of its own, as the JDK can only block for it. The threads come when they are needed
 * and go when they are idle.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class NameLookup implements AutoCloseable {

    /** Finds the addresses of a name; may block. */
    interface Resolver {

        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private static final int THREADS = 4;
    private static final int WAITING = 1024;
    private static final int IDLE_SECONDS = 5;

    private final Resolver resolver;
    private final ThreadPoolExecutor pool;

    NameLookup(Resolver resolver) {
        this.resolver = resolver;
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(null, task, "llamacpp-lookup-" + number.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
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

    /** Lets the threads go; a lookup that hangs in the system holds its thread until the system gives up. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
