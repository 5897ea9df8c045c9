package io.llamaorch.adapter.tck.internal.live;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * How fast pieces of text pass: as they come, or one by one as a test lets them. The engine does not notice, for what it
 * sends meanwhile waits in the relay.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Pace {

    /** As it comes. */
    static final Pace FREE = new Pace(false, new ReentrantLock());

    private final boolean stepped;
    private final ReentrantLock lock;
    private final Condition changed;

    /** How many more pieces may pass; guarded by the lock. */
    private long permits;

    private Pace(boolean stepped, ReentrantLock lock) {
        this(stepped, lock, lock.newCondition());
    }

    Pace(boolean stepped, ReentrantLock lock, Condition changed) {
        this.stepped = stepped;
        this.lock = lock;
        this.changed = changed;
    }

    boolean isStepped() {
        return stepped;
    }

    void release(int pieces) {
        lock.lock();
        try {
            permits += pieces;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a piece may pass; says whether it may, which it need not once nobody is there. */
    boolean take(BooleanSupplier gone) throws InterruptedException {
        lock.lock();
        try {
            while (permits == 0 && !gone.getAsBoolean()) {
                changed.await();
            }
            if (gone.getAsBoolean()) {
                return false;
            }
            permits--;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
