package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An engine inside this process, without a thread or a socket: it works on its clients' executors and by their clocks.
 * Nobody else's code runs while its lock is held.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockEngine implements TestEngine {

    static final String MODEL = "mock-1";

    /** When to come back while it loads. */
    private static final Duration LOADING_RETRY = Duration.ofSeconds(1);

    private final String url;
    private final MockSettings settings;
    private final AtomicInteger metricReadings = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final MockSlots slots;
    private final ArrayDeque<Optional<Fault>> faults;
    private final Set<MockTask> live = new LinkedHashSet<>();
    private Optional<MockMishap> always;
    private EngineScript.State state;
    private @Nullable MockTask last;
    private boolean closed;
    private int tasks;
    private long tokensGenerated;
    private int wakeUps;
    private int clientsLeft;
    private long changes;

    /**
     * Makes an engine that serves at once.
     *
     * @param url by which an adapter is told of it; empty if nobody needs to be told
     * @param settings how it behaves
     */
    MockEngine(String url, MockSettings settings) {
        this.url = url;
        this.settings = settings;
        slots = new MockSlots(settings.slots(), settings.stepped());
        faults = new ArrayDeque<>(settings.faults().queued());
        always = settings.faults().always().map(MockMishap::of);
        state = settings.state();
    }

    MockSettings.Text text() {
        return settings.text();
    }

    int slots() {
        return settings.slots();
    }

    /** What stands in the way of whoever asks for health or properties; asking wakes and takes nothing. */
    Optional<MockMishap> obstacle(Optional<Secret> credential) {
        Optional<WorkerError> refusal = refusal(credential);
        return locked(() -> always.filter(MockMishap::strikesQuestions)
                .filter(mishap -> !closed)
                .or(() -> unready(refusal)));
    }

    /** Whether it was not started for something. */
    boolean lacks(Capability capability) {
        return settings.lacking().contains(capability);
    }

    /** Its metrics are read once more. */
    void metricsRead() {
        metricReadings.incrementAndGet();
    }

    /** Whether it sleeps until a task comes. */
    boolean sleeps() {
        return locked(() -> state == EngineScript.State.SLEEPING);
    }

    /** Takes a task, or refuses it; its client is told either way, later or on another thread. */
    void accept(MockTask task, Optional<Secret> credential) {
        Optional<WorkerError> refusal = refusal(credential).or(() -> unknownModel(task));
        List<MockTask> toWake = new ArrayList<>();
        update(() -> {
            if (task.state.phase == MockTaskState.Phase.NEW) {
                last = task;
                live.add(task);
                begin(task, refusal, toWake);
            }
        });
        toWake.forEach(MockTask::wake);
    }

    private void begin(MockTask task, Optional<WorkerError> refusal, List<MockTask> toWake) {
        boolean answers = closed || always.filter(MockMishap::beforeHead).isEmpty();
        Optional<MockMishap> unready = answers ? unready(refusal) : Optional.empty();
        task.state.mishap = unready.orElseGet(this::nextMishap);
        if (unready.isEmpty() && !task.state.mishap.strikesConnections()) {
            tasks++;
        }
        if (!task.state.mishap.beforeHead()) {
            if (state == EngineScript.State.SLEEPING) {
                state = EngineScript.State.SERVING;
                wakeUps++;
            }
            slots.enter(task, toWake);
        } else if (task.state.mishap.silent()) {
            task.state.phase = MockTaskState.Phase.HELD;
        } else {
            fail(task, task.state.mishap.error().orElseThrow(), toWake);
        }
    }

    private MockMishap nextMishap() {
        return always.orElseGet(() -> faults.isEmpty()
                ? settings.faults().usual()
                : faults.remove().map(MockMishap::of).orElse(MockMishap.NONE));
    }

    /** The task's client has left; says whether the engine is seen to hold no slot for it. */
    boolean leave(MockTask task) {
        List<MockTask> toWake = new ArrayList<>();
        boolean free = change(() -> {
            if (task.state.runs() && task.state.mishap.ignoresDisconnect()) {
                task.state.abandoned = true;
                toWake.add(task);
                return false;
            }
            if (task.state.open()) {
                clientsLeft++;
                task.state.ending = "its client left";
            }
            drop(task, toWake);
            return true;
        });
        if (free) {
            task.stopTimer();
        }
        toWake.forEach(MockTask::wake);
        return free;
    }

    /** The task's fault strikes; says whether the task has more to do. */
    boolean strike(MockTask task) {
        Optional<WorkerError> error = task.state.mishap.error();
        if (error.isEmpty()) {
            return false; // silent, until its client leaves
        }
        return over(task, toWake -> fail(task, error.get(), toWake));
    }

    /** The task's text was told to its end; says whether the task has more to do. */
    boolean finish(MockTask task, MockText text, Timings timings) {
        return over(task, toWake -> {
            MockAnswer answer = new MockAnswer(text.reason(), text.stopString(), task.state.slot, timings);
            task.state.lastWord = client -> client.ended(answer);
            task.state.ending = "well: " + text.reason();
            drop(task, toWake);
        });
    }

    private boolean over(MockTask task, Consumer<List<MockTask>> how) {
        List<MockTask> toWake = new ArrayList<>();
        boolean mine = change(() -> {
            boolean runs = task.state.runs();
            if (runs) {
                how.accept(toWake);
            }
            return runs;
        });
        toWake.forEach(MockTask::wake);
        return mine;
    }

    /** Generates a token; false if the task must wait for a permit, or is over. */
    boolean generate(MockTask task, String piece) {
        return change(() -> {
            if (!task.state.runs() || !slots.permit(task)) {
                return false;
            }
            tokensGenerated++;
            task.state.told(piece);
            return true;
        });
    }

    /** Takes what the task's client is to be told at its end; null if there is nothing, or somebody took it. */
    @Nullable
    Consumer<MockClient> lastWordOf(MockTask task) {
        lock.lock();
        try {
            Consumer<MockClient> word = task.state.lastWord;
            task.state.lastWord = null;
            return word;
        } finally {
            lock.unlock();
        }
    }

    private void fail(MockTask task, WorkerError error, List<MockTask> toWake) {
        task.state.lastWord = client -> client.failed(error);
        task.state.ending = error.code().name();
        drop(task, toWake);
        toWake.add(task);
    }

    private void drop(MockTask task, List<MockTask> toWake) {
        live.remove(task);
        slots.leave(task, toWake);
    }

    private Optional<MockMishap> unready(Optional<WorkerError> refusal) {
        if (closed) {
            return Optional.of(MockMishap.refusal(WorkerError.of(
                    ErrorCode.POOL_UNAVAILABLE, "the mock engine was closed: start it, or submit elsewhere")));
        }
        if (state == EngineScript.State.LOADING) {
            return Optional.of(MockMishap.refusal(
                    WorkerError.builder(ErrorCode.POOL_UNREADY, "the mock loads its model: try again soon")
                            .retryAfter(LOADING_RETRY)
                            .build()));
        }
        return refusal.map(MockMishap::refusal);
    }

    private Optional<WorkerError> refusal(Optional<Secret> credential) {
        if (settings.token().isEmpty()) {
            return Optional.empty();
        }
        String asked = settings.token().get().reveal();
        try {
            if (credential.map(Secret::reveal).filter(asked::equals).isPresent()) {
                return Optional.empty();
            }
        } catch (RuntimeException e) {
            return Optional.of(WorkerError.builder(
                            ErrorCode.UNAUTHORIZED, "the token for the mock cannot be read: give one that can")
                    .cause(e)
                    .build());
        }
        return Optional.of(WorkerError.of(
                ErrorCode.UNAUTHORIZED,
                "the mock refused "
                        + credential.map(token -> "the token " + token).orElse("a request without a token")
                        + ": give the one that it asks for"));
    }

    private static Optional<WorkerError> unknownModel(MockTask task) {
        String model = task.request().model();
        return model.isEmpty() || model.equals(MODEL)
                ? Optional.empty()
                : Optional.of(WorkerError.of(
                        ErrorCode.NOT_FOUND, "the mock serves no model '" + model + "', only '" + MODEL + "'"));
    }

    @Override
    public AdapterConfig.Builder configure(AdapterConfig.Builder config) {
        settings.token().ifPresent(config::token);
        return config.url(url);
    }

    @Override
    public void release(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens must be 1 or more, but is " + tokens);
        }
        List<MockTask> toWake = new ArrayList<>();
        update(() -> slots.release(tokens, toWake));
        toWake.forEach(MockTask::wake);
    }

    @Override
    public void always(Fault fault) {
        MockMishap mishap = MockMishap.of(fault);
        update(() -> always = Optional.of(mishap));
    }

    @Override
    public void well() {
        update(() -> always = Optional.empty());
    }

    @Override
    public int tasks() {
        return locked(() -> tasks);
    }

    @Override
    public int slotsTaken() {
        return locked(slots::taken);
    }

    @Override
    public int slotsBusy() {
        return locked(slots::busy);
    }

    @Override
    public int tasksQueued() {
        return locked(slots::queued);
    }

    @Override
    public long tokensGenerated() {
        return locked(() -> tokensGenerated);
    }

    @Override
    public int wakeUps() {
        return locked(() -> wakeUps);
    }

    @Override
    public int clientsLeft() {
        return locked(() -> clientsLeft);
    }

    @Override
    public OptionalInt metricReadings() {
        return OptionalInt.of(metricReadings.get());
    }

    @Override
    public int connectionsOpen() {
        return locked(
                () -> (int) live.stream().filter(task -> task.state.open()).count());
    }

    @Override
    public String textSent() {
        return locked(() -> last == null ? "" : last.state.sent.toString());
    }

    /** {@return always 0: an adapter has no way to say anything but its request} */
    @Override
    public int strayInput() {
        return 0;
    }

    @Override
    public String exchange() {
        return locked(() -> last == null ? "no task came\n" : last.state.account(last));
    }

    /** Waits by the real clock: it is a test's thread that waits here, and no stream. */
    @Override
    public boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            long seen = locked(() -> changes);
            if (condition.getAsBoolean()) {
                return true;
            }
            lock.lockInterruptibly();
            try {
                for (long left = end - System.nanoTime(); changes == seen; left = changed.awaitNanos(left)) {
                    if (left <= 0) {
                        return false;
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void close() {
        WorkerError error =
                WorkerError.of(ErrorCode.WORKER_RESET, "the mock engine was closed while it answered: submit again");
        List<MockTask> ended = new ArrayList<>();
        List<MockTask> toWake = new ArrayList<>();
        update(() -> {
            closed = true;
            ended.addAll(live);
            List<MockTask> lastFirst = new ArrayList<>(live);
            Collections.reverse(lastFirst); // or those who wait would run for a moment
            lastFirst.forEach(task -> fail(task, error, toWake));
        });
        ended.forEach(MockTask::stopTimer);
        toWake.forEach(MockTask::wake);
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    private void update(Runnable write) {
        change(() -> {
            write.run();
            return true;
        });
    }

    private <T> T change(Supplier<T> write) {
        lock.lock();
        try {
            T result = write.get();
            changes++;
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }
}
