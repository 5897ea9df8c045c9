package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.internal.dispatch.Forecast;
import io.llamaorch.adapter.registry.internal.dispatch.WaitingLine;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a pool that wait for a place: how many may, in which order they get one, and when that will probably be
 * (DSP-03).
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class TaskQueue implements Iterable<TaskRun> {

    private static final Duration SHORTEST_RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(60);

    private final String pool;
    private final AdmissionPolicy policy;
    private final Choice choice;
    private final WaitingLine<TaskRun> line;
    private final Forecast forecast = new Forecast();

    /** How many wait that were never tried: the others were let in once, and wait beside the capacity. */
    private int newcomers;

    /**
     * Makes an empty one.
     *
     * @param pool the pool's name
     * @param policy how many may wait, and how they age
     * @param choice tells how many places there are
     */
    TaskQueue(String pool, AdmissionPolicy policy, Choice choice) {
        this.pool = pool;
        this.policy = policy;
        this.choice = choice;
        this.line = new WaitingLine<>(policy);
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    int size() {
        return line.size();
    }

    /** Those that wait, the next one first; may remove. */
    @Override
    public Iterator<TaskRun> iterator() {
        Iterator<WaitingLine.Entry<TaskRun>> entries = line.iterator();
        return new Iterator<>() {
            private @Nullable TaskRun last;

            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public TaskRun next() {
                TaskRun next = entries.next().what();
                last = next;
                return next;
            }

            @Override
            public void remove() {
                entries.remove();
                left(Objects.requireNonNull(last, "nothing was looked at yet"));
            }
        };
    }

    void enter(TaskRun run) {
        run.entry(line.add(run, run.request().priority(), run.came()));
        newcomers += run.attempts() == 0 ? 1 : 0;
    }

    /** A task waits no more; says whether it did. */
    boolean leave(TaskRun run) {
        WaitingLine.Entry<TaskRun> entry = run.entry();
        if (entry == null) {
            return false;
        }
        line.remove(entry);
        left(run);
        return true;
    }

    private void left(TaskRun run) {
        run.entry(null);
        newcomers -= run.attempts() == 0 ? 1 : 0;
    }

    /** Whether nobody else may wait now. */
    boolean isFull() {
        return newcomers >= policy.queueCapacity();
    }

    /** Whether one more waits than may. */
    boolean isOverfull() {
        return newcomers > policy.queueCapacity();
    }

    /** Where a task stands; negative if it does not wait. */
    int position(TaskRun run) {
        WaitingLine.Entry<TaskRun> entry = run.entry();
        return entry == null ? -1 : line.position(entry);
    }

    /** When the one at a position will probably start; empty if nothing is known yet. */
    Optional<Duration> startOf(int position) {
        return forecast.startOf(position, choice.readyPlaces());
    }

    /** A task has held its place for so long, in nanoseconds. */
    void learn(long held) {
        forecast.learn(held);
    }

    /** Why a task that came now could not even wait. */
    WorkerError full() {
        return refusal("pool '" + pool + "' has no free place, and " + line.size()
                + (line.size() == 1 ? " task waits" : " tasks wait") + " already");
    }

    /** Why a task could not wait any longer. */
    WorkerError waitedTooLong(TaskRun run) {
        String what = run.needs().alone()
                ? "no replica of pool '" + pool + "' became empty for the task, which must be alone on it, within "
                : "no place in pool '" + pool + "' became free for the task within ";
        return refusal(what + policy.longestWait().toSeconds() + " s");
    }

    private WorkerError refusal(String what) {
        return WorkerError.builder(ErrorCode.ADMISSION_REJECT, what + ": try later, or add replicas")
                .retryAfter(retryAfter())
                .build();
    }

    /** When a task that came to the end of the line now would start, within reason. */
    private Duration retryAfter() {
        Duration start = startOf(line.size()).orElse(SHORTEST_RETRY_AFTER);
        return start.compareTo(SHORTEST_RETRY_AFTER) < 0
                ? SHORTEST_RETRY_AFTER
                : start.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : start;
    }
}
