package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An engine that ends its tasks at once, soon, when it is told to, well or not, and that may work on after a cut. It
 * counts what it works on: from submit until its own end, or until it lets go after a cut. It lets go before it proves
 * that, and without proof just before the quarantine of the place has passed.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class BusyEngine implements WorkerAdapter {

    static final Duration QUARANTINE = Duration.ofMillis(50);

    /** The most that it has worked on at once. */
    final AtomicInteger most = new AtomicInteger();

    /** How many streams ran when it was closed, and how many came after that. */
    final AtomicInteger cutByClose = new AtomicInteger();

    /** How often something ran beside a task that must be alone, and how many of those there were. */
    final AtomicInteger crowded = new AtomicInteger();

    final AtomicInteger alone = new AtomicInteger();

    private final FakeAdapter fake;
    private final Around around;
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicReference<@Nullable Work> lastAlone = new AtomicReference<>();
    private volatile boolean closing;

    /**
     * What engines share.
     *
     * @param seed what each task's fate comes from, together with its id
     * @param time the clock, which nobody waits for
     * @param threads where engines do what they do soon
     * @param held what ends when somebody tells it to
     */
    record Around(long seed, TimeSource time, Executor threads, Queue<Work> held) {}

    BusyEngine(FakeAdapter fake, Around around) {
        this.fake = fake;
        this.around = around;
    }

    /** A task that it works on. */
    final class Work {
        private final TokenEmitter emitter;
        private final boolean mustBeAlone;
        private final AtomicBoolean works = new AtomicBoolean(true);
        private final int beginning;
        private final int end;
        private final int proof;
        private final Duration proofAfter;

        private Work(TokenEmitter emitter, boolean mustBeAlone) {
            SplittableRandom random =
                    new SplittableRandom(around.seed ^ emitter.jobId().hashCode());
            this.emitter = emitter;
            this.mustBeAlone = mustBeAlone;
            this.beginning = random.nextInt(5);
            this.end = random.nextInt(12);
            this.proof = random.nextInt(7);
            this.proofAfter = Duration.ofNanos(random.nextLong(QUARANTINE.toNanos()));
        }

        private void begin() {
            int now = working.incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            Work other = mustBeAlone ? lastAlone.getAndSet(this) : lastAlone.get();
            if ((mustBeAlone && now > 1) || (other != null && !other.emitter.ended())) {
                crowded.incrementAndGet();
            }
            alone.addAndGet(mustBeAlone ? 1 : 0);
            emitter.onCancel(cause -> cut());
            switch (beginning) {
                case 0 -> end();
                case 1 -> around.threads.execute(this::end);
                default -> around.held.add(this);
            }
        }

        /** It ends by itself, unless somebody has ended it. */
        void end() {
            if (emitter.ended()) {
                return;
            }
            switch (end) {
                case 0 -> {
                    workOn();
                    emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "hung up before the first token"));
                }
                case 1 -> {
                    emitter.started("fake-model", StartDetails.NONE);
                    emitter.token("hel");
                    workOn();
                    emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "hung up after it"));
                }
                case 2 -> {
                    letGo();
                    emitter.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "no slot"));
                }
                case 3 -> {
                    letGo();
                    emitter.error(WorkerError.of(ErrorCode.INVALID_PARAMS, "not like this"));
                }
                default -> {
                    letGo();
                    FakeAdapter.end(emitter, "hello");
                }
            }
        }

        private CompletionStage<CancelReceipt> cut() {
            CompletableFuture<CancelReceipt> told = new CompletableFuture<>();
            Runnable prove = () -> {
                letGo();
                told.complete(CancelReceipt.slotFree(Duration.ZERO));
            };
            switch (proof) {
                case 0 -> prove.run();
                case 1, 2 -> around.threads.execute(prove);
                case 3 -> around.time.schedule(proofAfter, prove);
                case 4 -> { // the proof and the end of the quarantine come at once
                    workOn();
                    around.time.schedule(QUARANTINE.minusNanos(1), () -> around.threads.execute(prove));
                }
                case 5 -> {
                    workOn();
                    told.complete(CancelReceipt.unconfirmed("nobody looked"));
                }
                default -> workOn(); // and never says a word about it
            }
            return told;
        }

        private void workOn() {
            around.time.schedule(QUARANTINE.minusNanos(1), this::letGo);
        }

        private void letGo() {
            if (works.compareAndSet(true, false)) {
                working.decrementAndGet();
            }
        }
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        if (closing) {
            cutByClose.incrementAndGet();
        }
        return fake.streams.open(
                task, emitter -> new Work(emitter, task.determinism() != Determinism.BEST_EFFORT).begin());
    }

    @Override
    public void close() {
        closing = true;
        cutByClose.addAndGet(fake.streams.count());
        fake.close();
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return fake.health();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return fake.properties();
    }

    @Override
    public Cancellation cancel(String jobId) {
        return fake.cancel(jobId);
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return fake.capability(type);
    }
}
