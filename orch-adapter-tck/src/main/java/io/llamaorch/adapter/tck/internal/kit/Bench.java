package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.RuleBroken;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One rule's test: an engine, an adapter to it, a clock that only the test moves, and the words for what goes wrong.
 * Calls must be serial.
 */
public final class Bench implements AutoCloseable {

    /** The replica's name in all tests. */
    public static final String REPLICA = "r0";

    private static final String POOL = "conformance";

    private final String rule;
    private final AdapterHarness harness;
    private final Map<String, String> options;
    private final AdapterFactory factory;
    private final TestEngine engine;
    private final ManualTime time = new ManualTime();
    private final WorkerAdapter adapter;

    /** Starts the engine and makes the adapter. */
    public Bench(String rule, AdapterHarness harness, EngineScript script, Map<String, String> options) {
        this.rule = rule;
        this.harness = harness;
        this.options = Map.copyOf(options);
        engine = harness.start(script);
        try {
            factory = harness.factory();
            adapter = create();
        } catch (Throwable thrown) {
            engine.close();
            throw thrown;
        }
    }

    /** One more adapter to the same engine; the caller closes it. */
    public WorkerAdapter create() {
        return factory.create(config().build());
    }

    /** One more engine of the same kind; the caller closes it. */
    public TestEngine another(EngineScript script) {
        return harness.start(script);
    }

    /** What adapters are created with. */
    public AdapterConfig.Builder config() {
        AdapterConfig.Builder config =
                AdapterConfig.builder().replica(POOL, REPLICA).timeSource(time);
        options.forEach(config::option);
        return engine.configure(config);
    }

    public AdapterFactory factory() {
        return factory;
    }

    public TestEngine engine() {
        return engine;
    }

    public WorkerAdapter adapter() {
        return adapter;
    }

    public ManualTime time() {
        return time;
    }

    /** A task that the engine can do. */
    public TaskRequest.Builder task() {
        return harness.task();
    }

    /** Submits, which must not throw. */
    public TokenStream submit(TaskRequest task) {
        try {
            return adapter.submit(task);
        } catch (RuntimeException thrown) {
            throw broken(
                    "submit returns a stream",
                    "it threw " + thrown,
                    "a failure of the engine is thrown by submit instead of being the stream's terminal event",
                    "something is looked up or connected before submit returns");
        }
    }

    /** Submits and listens. */
    public Heard listen(TaskRequest task, Heard heard) {
        submit(task).subscribe(heard);
        return heard;
    }

    /** Runs a task to its end. */
    public Heard run(TaskRequest task) throws InterruptedException {
        return ended(listen(task, Heard.everything()));
    }

    /** Runs the usual task to its end. */
    public Heard run() throws InterruptedException {
        return run(task().build());
    }

    /** Waits until the stream is over, which it must be in time, with a terminal event. */
    public Heard ended(Heard heard) throws InterruptedException {
        if (!heard.await(Heard::over, Patience.mustHappen())) {
            throw broken(
                    "a terminal event and then onComplete",
                    "nothing more within " + Patience.mustHappen() + " after: " + heard.story(),
                    "the end of the connection, or of a limit, is not turned into an event",
                    "the adapter waits for something that this engine does not send, such as [DONE]",
                    "time limits do not run on AdapterConfig.timeSource()");
        }
        check(
                !heard.terminals().isEmpty(),
                "a terminal event before the last signal",
                heard::story,
                "errors are delivered by onError instead of as TokenEvent.Error");
        return heard;
    }

    /** Waits until so much was heard. */
    public Heard await(Heard heard, String what, Predicate<Heard> condition) throws InterruptedException {
        if (!heard.await(condition, Patience.mustHappen())) {
            throw broken(
                    what,
                    "nothing more within " + Patience.mustHappen() + " after: " + heard.story(),
                    "events are held back until more of them, or the end, has come");
        }
        return heard;
    }

    /** Waits until all that the engine has sent was heard; more is not waited for. */
    public Heard caughtUp(Heard heard, long tokens) throws InterruptedException {
        engineMust(tokens + " tokens generated", () -> engine.tokensGenerated() >= tokens);
        return await(heard, "the pieces of " + tokens + " tokens, as nothing more comes without them", this::hasAll);
    }

    /** Whether all letters that the engine has sent so far were heard; how they are spaced is another question. */
    public boolean hasAll(Heard heard) {
        return hasAll(heard.text());
    }

    /** The same for a text that was heard in another way. */
    public boolean hasAll(String text) {
        return letters(text).equals(letters(engine.textSent()));
    }

    /** Whether nothing was heard but a beginning of what the engine has sent. */
    public boolean hasNoMore(Heard heard) {
        return letters(engine.textSent()).startsWith(letters(heard.text()));
    }

    private static String letters(String text) {
        return text.replaceAll("\\s+", "");
    }

    /** The stream must end with this error, counting the pieces that were heard. */
    public WorkerError mustFail(Heard heard, ErrorCode code, String... causes) throws InterruptedException {
        TokenEvent.Terminal terminal = ended(heard).terminals().get(0);
        String expected = "Error(" + code + ") that counts " + heard.pieces() + " pieces";
        if (!(terminal instanceof TokenEvent.Error error)) {
            throw failure(expected, heard.story(), causes, "what went wrong is not told as TokenEvent.Error");
        }
        if (error.error().code() != code || error.error().tokensDelivered() != heard.pieces()) {
            throw failure(
                    expected,
                    heard.story(),
                    causes,
                    "another failure is told than the one that happened, or another count of pieces");
        }
        return error.error();
    }

    /** The stream must end well. */
    public TokenEvent.End mustEnd(Heard heard, String... causes) throws InterruptedException {
        TokenEvent.Terminal terminal = ended(heard).terminals().get(0);
        if (terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            return end;
        }
        throw failure(
                "an End that is no cancel",
                heard.story(),
                causes,
                "an answer that is whole is told as a failure, or as cancelled");
    }

    /** The stream must end as cancelled. */
    public TokenEvent.End mustBeCancelled(Heard heard) throws InterruptedException {
        TokenEvent.Terminal terminal = ended(heard).terminals().get(0);
        if (terminal instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED) {
            return end;
        }
        throw broken(
                "End(CANCELLED)",
                heard.story(),
                "the closed connection is reported as an error although the adapter closed it itself",
                "the cancel was not taken in this phase");
    }

    /** The engine must come to be as described. */
    public void engineMust(String what, BooleanSupplier condition, String... causes) throws InterruptedException {
        if (!engine.await(condition, Patience.mustHappen())) {
            throw failure(
                    what,
                    "not so within " + Patience.mustHappen() + "; " + engineNow(),
                    causes,
                    "the engine is not told what the caller was told");
        }
    }

    /** The engine's counts, in one line. */
    public String engineNow() {
        return "the engine has " + engine.slotsBusy() + " slots busy, " + engine.tasksQueued() + " tasks waiting, "
                + engine.connectionsOpen() + " connections open, " + engine.clientsLeft() + " clients that left, "
                + engine.tokensGenerated() + " tokens generated";
    }

    /** Waits for a stage that must complete well. */
    public <T> T get(String what, CompletionStage<T> stage) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw broken(what, "the stage failed with " + e.getCause(), "what is found is thrown instead of told");
        } catch (TimeoutException e) {
            throw broken(
                    what,
                    "the stage did not complete within " + Patience.mustHappen(),
                    "an answer that never comes is waited for without a limit on AdapterConfig.timeSource()");
        }
    }

    /** What comes of a cancel: lets ten seconds pass for it, slowly enough for an engine to be asked. */
    public CancelReceipt settled(CompletionStage<CancelReceipt> receipt) throws InterruptedException {
        for (int second = 0; second < 10 && !receipt.toCompletableFuture().isDone(); second++) {
            Patience.within(
                    Patience.mustNotHappen(),
                    () -> receipt.toCompletableFuture().isDone());
            pass(Duration.ofSeconds(1));
        }
        return get("the receipt of the cancel, 10 s later", receipt);
    }

    /** Lets time pass. */
    public void pass(Duration duration) {
        time.advance(duration);
    }

    /** Breaks the rule unless it holds. */
    public void check(boolean holds, String expected, Supplier<String> observed, String cause, String... others) {
        if (!holds) {
            throw broken(expected, observed.get(), cause, others);
        }
    }

    /** The failure to throw. */
    public RuleBroken broken(String expected, String observed, String cause, String... others) {
        List<String> causes = new ArrayList<>(List.of(cause));
        causes.addAll(List.of(others));
        return new RuleBroken(rule, expected, observed, engine.exchange(), causes);
    }

    /** The same, where a test may know better causes than the one that always may be. */
    private RuleBroken failure(String expected, String observed, String[] causes, String atLast) {
        List<String> all = new ArrayList<>(List.of(causes));
        all.add(atLast);
        return new RuleBroken(rule, expected, observed, engine.exchange(), all);
    }

    @Override
    public void close() {
        try {
            adapter.close();
        } finally {
            engine.close();
        }
    }
}
