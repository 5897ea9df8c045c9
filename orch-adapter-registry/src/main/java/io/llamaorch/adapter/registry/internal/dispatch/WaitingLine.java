package io.llamaorch.adapter.registry.internal.dispatch;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.spi.Priority;
import java.util.Comparator;
import java.util.Iterator;
import java.util.TreeSet;

/**
 * The tasks of a pool that wait for a place, in the order in which they get one (DSP-03). A batch task stands where an
 * interactive one would that came so much later as the policy's ageing says: so interactive ones go first, and none waits
 * for ever.
 *
 * <p>Thread safety: calls must be serial.
 *
 * @param <T> what waits
 */
public final class WaitingLine<T> implements Iterable<WaitingLine.Entry<T>> {

    /** By difference, since the clock may wrap. */
    private static final Comparator<Entry<?>> ORDER = (one, other) ->
            one.rank == other.rank ? Long.compare(one.number, other.number) : Long.signum(one.rank - other.rank);

    private final long ageing;
    private final TreeSet<Entry<T>> entries = new TreeSet<>(ORDER);
    private long number;

    /**
     * Something that waits.
     *
     * @param <T> what
     */
    public static final class Entry<T> {
        private final T what;
        private final long rank;
        private final long number;

        private Entry(T what, long rank, long number) {
            this.what = what;
            this.rank = rank;
            this.number = number;
        }

        /** {@return what waits} */
        public T what() {
            return what;
        }
    }

    /**
     * Makes an empty line.
     *
     * @param policy how batch tasks age
     */
    public WaitingLine(AdmissionPolicy policy) {
        ageing = policy.ageing().toNanos();
    }

    /**
     * Adds a task.
     *
     * @param what the task
     * @param priority how urgent it is
     * @param came when it was submitted, on the host's clock
     * @return its place in the line
     */
    public Entry<T> add(T what, Priority priority, long came) {
        Entry<T> entry = new Entry<>(what, priority == Priority.BATCH ? came + ageing : came, number++);
        entries.add(entry);
        return entry;
    }

    /**
     * Takes a task out.
     *
     * @param entry its place in the line
     */
    public void remove(Entry<T> entry) {
        entries.remove(entry);
    }

    /**
     * Counts who is before a task.
     *
     * @param entry its place in the line
     * @return how many
     */
    public int position(Entry<T> entry) {
        return entries.headSet(entry).size();
    }

    /** {@return how many wait} */
    public int size() {
        return entries.size();
    }

    /** {@return whether nobody waits} */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** {@return those that wait, the next one first; may remove} */
    @Override
    public Iterator<Entry<T>> iterator() {
        return entries.iterator();
    }
}
