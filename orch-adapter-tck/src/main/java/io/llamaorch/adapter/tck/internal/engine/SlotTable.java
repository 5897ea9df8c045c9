package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The engine's slots and those who wait for one, served in order of arrival.
 *
 * <p>As in the server a pinned request waits for its own slot even while others are idle, and when it is first in line
 * while another slot becomes free, it goes to the end of the line and that slot stays idle until something moves.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class SlotTable {
    /** The share of a prompt that a slot must hold to be chosen for it. */
    private static final double SIMILAR = 0.1;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Slot> slots = new ArrayList<>();
    private final List<Slot> idle = new ArrayList<>();
    private final ArrayDeque<Ticket> line = new ArrayDeque<>();
    private final Runnable changed;
    private boolean shut;
    private int grants;

    /** @param changed runs after each change, without a lock held */
    SlotTable(int count, Runnable changed) {
        for (int i = 0; i < count; i++) {
            slots.add(new Slot(i));
        }
        idle.addAll(slots);
        this.changed = changed;
    }

    /** A request's place in the line; its slot, or empty when it has left the line. */
    static final class Ticket {
        private final CompletableFuture<Optional<Slot>> granted = new CompletableFuture<>();
        private final List<Integer> prompt;
        private final int pinned;

        private Ticket(List<Integer> prompt, int pinned) {
            this.prompt = prompt;
            this.pinned = pinned;
        }

        /** Waits until a slot is granted or the line is left. */
        Optional<Slot> await() {
            return granted.join();
        }
    }

    /** Asks for a slot; {@code wanted} is taken modulo the number of slots, -1 is any. */
    Ticket request(List<Integer> prompt, long wanted) {
        Ticket ticket = new Ticket(prompt, wanted == -1 ? -1 : (int) Math.floorMod(wanted, (long) slots.size()));
        lock.lock();
        try {
            if (shut) {
                ticket.granted.complete(Optional.empty());
            } else if (!grant(ticket)) {
                line.add(ticket);
            }
        } finally {
            lock.unlock();
        }
        changed.run();
        return ticket;
    }

    /** Grants nothing from now on: whoever waits leaves the line. */
    void shut() {
        lock.lock();
        try {
            shut = true;
            line.forEach(ticket -> ticket.granted.complete(Optional.empty()));
            line.clear();
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    /** Takes a ticket out of the line; nothing happens if it has its slot already. */
    void leave(Ticket ticket) {
        lock.lock();
        try {
            if (!line.remove(ticket)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        ticket.granted.complete(Optional.empty());
        changed.run();
    }

    /** Gives a slot back; whoever waits for it gets it. */
    void release(Slot slot) {
        lock.lock();
        try {
            idle.remove(slot);
            idle.add(slot);
            Optional<Ticket> pinned =
                    line.stream().filter(t -> t.pinned == slot.id()).findFirst();
            pinned.ifPresent(line::remove);
            Ticket first = pinned.orElseGet(line::poll);
            if (first != null && !grant(first)) {
                line.add(first);
            }
        } finally {
            lock.unlock();
        }
        changed.run();
    }

    private boolean grant(Ticket ticket) {
        Optional<Slot> slot = ticket.pinned >= 0
                ? idle.stream().filter(s -> s.id() == ticket.pinned).findFirst()
                : mostSimilar(ticket.prompt).or(() -> idle.stream().findFirst());
        slot.ifPresent(taken -> {
            idle.remove(taken);
            grants++;
            ticket.granted.complete(slot);
        });
        return slot.isPresent();
    }

    private Optional<Slot> mostSimilar(List<Integer> prompt) {
        Optional<Slot> best = Optional.empty();
        int longest = 0;
        for (Slot slot : idle) {
            int prefix = slot.prefix(prompt);
            if (prefix > longest && prefix > SIMILAR * prompt.size()) {
                longest = prefix;
                best = Optional.of(slot);
            }
        }
        return best;
    }

    List<Slot> slots() {
        return slots;
    }

    boolean isBusy(Slot slot) {
        lock.lock();
        try {
            return !idle.contains(slot);
        } finally {
            lock.unlock();
        }
    }

    int busy() {
        lock.lock();
        try {
            return slots.size() - idle.size();
        } finally {
            lock.unlock();
        }
    }

    int taken() {
        lock.lock();
        try {
            return grants;
        } finally {
            lock.unlock();
        }
    }

    int queued() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }
}
