package io.llamaorch.adapter.tck.internal.mock;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;

/**
 * The engine's slots with those who wait for one, and its permits with those who wait for one; both are served in order
 * of arrival. The engine's lock guards it. Who is to be woken, once that lock is free, is put into the list given.
 */
final class MockSlots {

    private final int count;
    private final boolean stepped;
    private final BitSet busy = new BitSet();
    private final ArrayDeque<MockTask> line = new ArrayDeque<>();
    private final ArrayDeque<MockTask> askers = new ArrayDeque<>();
    private long permits;
    private int taken;

    MockSlots(int count, boolean stepped) {
        this.count = count;
        this.stepped = stepped;
    }

    int busy() {
        return busy.cardinality();
    }

    int queued() {
        return line.size();
    }

    /** How many slots were ever taken. */
    int taken() {
        return taken;
    }

    void enter(MockTask task, Collection<MockTask> toWake) {
        task.state.phase = MockTaskState.Phase.WAITING;
        line.add(task);
        serve(toWake);
    }

    /** Takes back what a task has: its slot or its place in the line, and a permit that it did not use. */
    void leave(MockTask task, Collection<MockTask> toWake) {
        line.remove(task);
        askers.remove(task);
        if (task.state.runs()) {
            busy.clear(task.state.slot);
        }
        task.state.phase = MockTaskState.Phase.OVER;
        if (task.state.permit) {
            task.state.permit = false;
            release(1, toWake);
        }
        serve(toWake);
    }

    void release(int tokens, Collection<MockTask> toWake) {
        permits += tokens;
        while (permits > 0 && !askers.isEmpty()) {
            permits--;
            MockTask first = askers.remove();
            first.state.permit = true;
            toWake.add(first);
        }
    }

    /** Whether a task may generate a token now; if not, it is woken once it may. */
    boolean permit(MockTask task) {
        if (!stepped) {
            return true;
        }
        if (task.state.permit) {
            task.state.permit = false;
            return true;
        }
        if (permits > 0) {
            permits--;
            return true;
        }
        if (!askers.contains(task)) {
            askers.add(task);
        }
        return false;
    }

    private void serve(Collection<MockTask> toWake) {
        while (busy.cardinality() < count && !line.isEmpty()) {
            MockTask first = line.remove();
            first.state.slot = busy.nextClearBit(0);
            busy.set(first.state.slot);
            taken++;
            first.state.phase = MockTaskState.Phase.RUNNING;
            toWake.add(first);
        }
    }
}
