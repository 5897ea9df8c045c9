package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A completion that has its slot: evaluates the prompt, generates at the engine's pace and gives the slot back, be it
 * at the end, at a fault, or when the client goes.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Completion {
    private static final int BATCH = 2048;
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How it ended. */
    enum Outcome {
        FINISHED,
        FAULT,
        CLIENT_GONE
    }

    /** Where its events go. */
    interface Listener {
        /** So many tokens of the prompt are evaluated. */
        void progress(int processed, double millis) throws IOException;

        /** A token was generated. */
        void token(Generation.Step step) throws IOException;

        /** Does what a fault does in place of the rest of the text; the slot is kept meanwhile. */
        default void strike(Fault fault) throws IOException {}

        /** Waits until the deadline and tells whether the client has gone. */
        boolean pause(long deadline) throws IOException;
    }

    private final EngineState engine;
    private final Slot slot;
    private final Client client;
    private final Generation generation;
    private final Optional<Fault> fault;
    private boolean evaluated;
    private boolean taken;

    Completion(EngineState engine, CompletionRequest request, Slot slot, Client client, Optional<Fault> fault) {
        this.engine = engine;
        this.slot = slot;
        this.client = client;
        this.generation = new Generation(request, slot, engine);
        this.fault = fault;
        client.onGone(engine::signal);
        // If the head of the answer can no longer be written, nobody will call run.
        client.onUnanswerable(this::releaseUnlessRun);
    }

    /** Under the same lock as {@link #take}: who loses to this finds the slot free. */
    private synchronized void releaseUnlessRun() {
        if (take()) {
            engine.countLeft(client);
            engine.slots().release(slot);
        }
    }

    private synchronized boolean take() {
        boolean first = !taken;
        taken = true;
        return first;
    }

    Generation generation() {
        return generation;
    }

    Optional<Fault> fault() {
        return fault;
    }

    /** Runs to the end; the slot is free when this returns. */
    Outcome run(Listener to) throws IOException {
        if (!take()) {
            return Outcome.CLIENT_GONE;
        }
        Outcome outcome = Outcome.CLIENT_GONE;
        try {
            outcome = !evaluated && evaluate(to) ? Outcome.CLIENT_GONE : generate(to);
        } finally {
            generation.settle();
            if (outcome != Outcome.FINISHED) {
                engine.countLeft(client);
            }
            engine.slots().release(slot);
        }
        return outcome;
    }

    /** Evaluates the prompt before the answer begins; a client that leaves meanwhile is noticed by {@link #run}. */
    void evaluateAhead(Listener to) throws IOException {
        evaluate(to);
        evaluated = true;
    }

    private boolean evaluate(Listener to) throws IOException {
        long began = System.nanoTime();
        int size = generation.request().prompt().size();
        int done = generation.cached();
        double pace = engine.options().promptPace();
        to.progress(done, 0);
        while (done < size) {
            int batch = Math.min(BATCH, size - done);
            done += batch;
            if (pace > 0 && to.pause(began + (long) ((done - generation.cached()) * NANOS / pace))) {
                return true;
            }
            to.progress(done, Timings.millis(System.nanoTime() - began));
        }
        generation.promptDone();
        return client.isGone();
    }

    private Outcome generate(Listener to) throws IOException {
        long began = System.nanoTime();
        double pace = engine.options().pace();
        Optional<Fault> end = fault.filter(Strikes::endsTheText);
        int events = 0;
        while (generation.more()) {
            int made = generation.tokens().size();
            if (end.isPresent() && events >= end.get().tokens()) {
                break;
            }
            if (!engine.awaitPermit(client)) {
                return Outcome.CLIENT_GONE;
            }
            if (pace > 0 ? to.pause(began + (long) (made * NANOS / pace)) : client.isGone()) {
                return Outcome.CLIENT_GONE;
            }
            Generation.Step step = generation.step();
            if (step.whole()) {
                to.token(step);
                events++;
            }
        }
        if (end.isEmpty()) {
            return Outcome.FINISHED;
        }
        to.strike(end.get());
        return Outcome.FAULT;
    }
}
