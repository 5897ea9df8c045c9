package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The I/O thread that several transports share: the first call of any of them starts it, the close of the last one ends
 * it. One that has died of an error of the virtual machine is replaced at the next call.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class SharedLoop {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final NameLookup.Resolver resolver;
    private final Lock lock = new ReentrantLock();
    private int users;
    private @Nullable EventLoop loop;

    /** Makes a holder that starts nothing yet. */
    public SharedLoop() {
        this(InetAddress::getAllByName);
    }

    /** Makes a holder whose names are looked up otherwise. */
    SharedLoop(NameLookup.Resolver resolver) {
        this.resolver = resolver;
    }

    /** Counts a user in. */
    void join() {
        lock.lock();
        try {
            users++;
        } finally {
            lock.unlock();
        }
    }

    /** The loop, started if need be; empty if there is no user any more. */
    Optional<EventLoop> running() throws IOException {
        lock.lock();
        try {
            if (users == 0) {
                return Optional.empty();
            }
            EventLoop current = loop;
            if (current == null || current.hasEnded()) {
                current = new EventLoop(new NameLookup(resolver));
                loop = current;
            }
            return Optional.of(current);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts a user out, who has joined before, and breaks what it runs on the loop. The last one ends the loop and waits
     * for that, a second at most.
     */
    void leave(Object user) {
        EventLoop last = null;
        lock.lock();
        try {
            if (loop != null) {
                loop.evict(user);
            }
            if (--users == 0) {
                last = loop;
                loop = null;
            }
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.end(PATIENCE);
        }
    }
}
