package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One task inside the engine. Whatever may let it go on, a slot, a permit, its client's demand, a timer, wakes it; it
 * then does all that it can, on one thread at a time, which is what makes what its client is told serial.
 */
final class MockTask {

    private final MockEngine engine;
    private final TaskRequest request;
    private final String prompt;
    private final MockClient client;
    private final Executor executor;
    private final TimeSource time;

    /** What the engine's lock guards. */
    final MockTaskState state = new MockTaskState();

    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger demands = new AtomicInteger();
    private volatile TimeSource.@Nullable Scheduled timer;
    private volatile boolean due;

    // Used in turns only.
    private int rests;
    private @Nullable MockText text;
    private long began;
    private boolean paused;
    private int next;
    private int emptyEventsTold;
    private int tokens;
    private int pieces;
    private long bytes;

    MockTask(
            MockEngine engine,
            TaskRequest request,
            String prompt,
            MockClient client,
            Executor executor,
            TimeSource time) {
        this.engine = engine;
        this.request = request;
        this.prompt = prompt;
        this.client = client;
        this.executor = executor;
        this.time = time;
    }

    TaskRequest request() {
        return request;
    }

    String prompt() {
        return prompt;
    }

    /** The client, which had wanted no more, wants more again. */
    void demand() {
        demands.incrementAndGet();
        wake();
    }

    /** Lets it see what has changed; never to be called with the engine's lock held. */
    void wake() {
        if (turns.getAndIncrement() == 0) {
            try {
                executor.execute(this::takeTurns);
            } catch (RejectedExecutionException e) {
                takeTurns();
            }
        }
    }

    void stopTimer() {
        TimeSource.Scheduled set = timer;
        if (set != null) {
            set.cancel();
        }
    }

    private void takeTurns() {
        int taken = 1;
        while (taken != 0) {
            boolean more = true;
            while (more) {
                more = step();
            }
            taken = turns.addAndGet(-taken);
        }
    }

    /** Does one thing; says whether there may be more to do. */
    private boolean step() {
        Consumer<MockClient> lastWord = engine.lastWordOf(this);
        if (lastWord != null) {
            stopTimer();
            lastWord.accept(client);
            return false;
        }
        if (!state.runs() || (rests > demands.get() && !state.abandoned())) {
            return false;
        }
        MockText answer = text;
        if (answer == null) {
            text = engine.text()
                    .said()
                    .map(said -> MockText.recite(said, request))
                    .orElseGet(
                            () -> MockText.tell(prompt, request, engine.text().length()));
            began = time.nanoTime();
            rest(client.started(MockText.count(prompt)));
            return true;
        }
        return generate(answer);
    }

    private boolean generate(MockText answer) {
        boolean told = next == answer.pieces().size();
        boolean empty = emptyEventsTold < state.mishap().emptyEvents()
                && (told || pieces >= state.mishap().pieces());
        String piece = told || empty ? "" : answer.pieces().get(next);
        if (!empty && state.mishap().strikes(pieces, bytes, piece, told)) {
            return engine.strike(this);
        }
        if (told && !empty) {
            Timings timings = Timings.of(Duration.ZERO, Duration.ofNanos(time.nanoTime() - began));
            return engine.finish(this, answer, timings);
        }
        if (!pauseIsOver(piece) || !engine.generate(this, piece)) {
            return false;
        }
        due = false;
        paused = false;
        tokens++;
        if (empty) {
            emptyEventsTold++;
        } else {
            next++;
        }
        if (!piece.isEmpty()) {
            pieces++;
            bytes += MockText.bytes(piece);
        }
        rest(client.generated(piece, tokens));
        return true;
    }

    private void rest(boolean goOn) {
        if (!goOn) {
            rests++;
        }
    }

    /** Whether the next token may come by its pace; sets a timer if not, which wakes this. */
    private boolean pauseIsOver(String piece) {
        Duration pause = engine.text().pause().plus(state.mishap().delay(piece));
        if (due || pause.isZero()) {
            return true;
        }
        if (!paused) {
            paused = true;
            timer = time.schedule(pause, this::pauseEnds);
            if (!state.runs()) { // maybe after its end looked for a timer
                stopTimer();
            }
        }
        return false;
    }

    /** The work is one token's: it is done on the timer's thread. */
    private void pauseEnds() {
        due = true;
        if (turns.getAndIncrement() == 0) {
            takeTurns();
        }
    }
}
