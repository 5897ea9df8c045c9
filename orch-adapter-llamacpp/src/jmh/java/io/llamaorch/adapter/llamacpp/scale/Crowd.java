package io.llamaorch.adapter.llamacpp.scale;

import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Many streams of one adapter that are open at the same time. */
final class Crowd {

    /** How many connections may be on their way at once: fewer than the engine's backlog holds. */
    private static final int OPENING = 256;

    private static final int PATIENCE_SECONDS = 60;

    private final int tokens;
    private final int rate;
    private final AtomicLong[] counts;
    private final long[][] delivered;
    private final Semaphore opening = new Semaphore(OPENING);
    private final CountDownLatch unopened;
    private final CountDownLatch unended;
    private final AtomicReference<TokenEvent.Terminal> failure = new AtomicReference<>();

    private Crowd(int streams, int tokens, int rate) {
        this.tokens = tokens;
        this.rate = rate;
        counts = Stream.generate(AtomicLong::new).limit(streams).toArray(AtomicLong[]::new);
        delivered = new long[streams][rate > 0 ? tokens : 0];
        unopened = new CountDownLatch(streams);
        unended = new CountDownLatch(streams);
    }

    /** Opens streams and waits until the engine has accepted them all. */
    static Crowd open(WorkerAdapter adapter, int streams, int tokens, int rate) throws InterruptedException {
        Crowd crowd = new Crowd(streams, tokens, rate);
        for (int id = 0; id < streams; id++) {
            if (!crowd.opening.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("streams do not open: " + crowd.failure);
            }
            crowd.add(adapter, id);
        }
        crowd.await(crowd.unopened, "opened");
        return crowd;
    }

    private void add(WorkerAdapter adapter, int id) {
        adapter.submit(task(tokens, rate, id))
                .subscribe(new Probe(counts[id], delivered[id], this::started, this::ended));
    }

    /** A task that the {@link ReplayEngine} serves so. */
    static TaskRequest task(int tokens, int rate, int id) {
        return TaskRequest.builder("once upon")
                .maxTokens(tokens)
                .extra(ReplayEngine.RATE, rate)
                .extra(ReplayEngine.ID, id)
                .build();
    }

    private void started() {
        opening.release();
        unopened.countDown();
    }

    private void ended(TokenEvent.Terminal end) {
        if (!(end instanceof TokenEvent.End)) {
            failure.compareAndSet(null, end);
        }
        unended.countDown();
    }

    long tokens() {
        long sum = 0;
        for (AtomicLong count : counts) {
            sum += count.get();
        }
        return sum;
    }

    /** Waits until every stream has ended, and gives when each token came. */
    long[][] delivered() throws InterruptedException {
        await(unended, "ended");
        if (tokens() != (long) tokens * counts.length) {
            throw new IllegalStateException("tokens are missing: " + tokens());
        }
        return delivered;
    }

    private void await(CountDownLatch latch, String what) throws InterruptedException {
        boolean all = latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!all || failure.get() != null) {
            throw new IllegalStateException(latch.getCount() + " streams have not " + what + ": " + failure);
        }
    }
}
