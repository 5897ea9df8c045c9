package io.llamaorch.adapter.llamacpp.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes each token when it is due, on a thread of its own. Streams wait until they are let go, all at once, and then
 * come evenly one after the other within a period, as streams of many callers would.
 */
final class ReplayPacer extends Thread {

    private final Queue<ReplayStream> waiting = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<ReplayStream> queue = new PriorityQueue<>(Comparator.comparingLong(next -> next.due));
    private volatile boolean go;

    ReplayPacer() {
        super("replay-pacer");
        setDaemon(true);
    }

    void add(ReplayStream stream) {
        waiting.add(stream);
    }

    /** Lets go what waits. */
    void go() {
        go = true;
        LockSupport.unpark(this);
    }

    @Override
    public void run() {
        while (true) {
            if (go) {
                go = false;
                admit();
            }
            ReplayStream next = queue.peek();
            long wait = next == null ? Long.MAX_VALUE : next.due - System.nanoTime();
            if (next == null || wait > 0) {
                LockSupport.parkNanos(wait);
            } else {
                queue.poll();
                write(next);
            }
        }
    }

    private void admit() {
        List<ReplayStream> all = new ArrayList<>();
        for (ReplayStream next = waiting.poll(); next != null; next = waiting.poll()) {
            all.add(next);
        }
        long now = System.nanoTime();
        for (int i = 0; i < all.size(); i++) {
            ReplayStream stream = all.get(i);
            stream.due = now + stream.period * i / all.size();
            queue.add(stream);
        }
    }

    private void write(ReplayStream stream) {
        try {
            if (stream.writeNext()) {
                stream.due += stream.period;
                queue.add(stream);
            }
        } catch (IOException e) {
            // The client has gone, which the other thread sees too.
        }
    }
}
