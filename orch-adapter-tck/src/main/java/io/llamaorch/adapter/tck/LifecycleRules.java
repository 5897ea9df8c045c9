package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** LIF: lifecycle. */
interface LifecycleRules extends Rules {

    /** How many adapters come and go (LIF-06). */
    int CYCLES = 1000;

    @Rule("LIF-04")
    default void lif04_close_endsEachStreamOnce() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard running = bench.listen(bench.task().jobId("running").build(), Heard.everything());
            bench.await(running, "Started, when the engine took the task", Heard::started);
            TokenStream unread = bench.submit(bench.task().jobId("unread").build());
            bench.engineMust("two tasks at the engine", () -> bench.engine().tasks() == 2);
            bench.adapter().close();
            bench.adapter().close();
            bench.mustFail(
                    running, ErrorCode.POOL_UNAVAILABLE, "streams that run are forgotten when the adapter closes");
            TokenEvent.Terminal outcome = bench.get("the outcome of a stream that nobody reads", unread.outcome());
            bench.check(
                    outcome instanceof TokenEvent.Error error && error.error().code() == ErrorCode.POOL_UNAVAILABLE,
                    "Error(POOL_UNAVAILABLE) for a stream that nobody reads too",
                    outcome::toString,
                    "only streams that somebody reads are ended");
            bench.engineMust(
                    "both clients gone from the engine",
                    () -> bench.engine().clientsLeft() == 2 && bench.engine().connectionsOpen() == 0,
                    "connections are left to be collected");
        }
    }

    @Rule("LIF-04")
    @SuppressWarnings("try") // closing it inside is what is tested
    default void lif04_close_leavesNothing() throws InterruptedException {
        try (Bench bench = openStepped()) {
            bench.adapter().close();
            Leaks before = Leaks.snapshot();
            try (WorkerAdapter adapter = bench.create()) {
                bench.get("an answer on health", adapter.health());
                TokenStream stream = adapter.submit(bench.task().build());
                Heard heard = Heard.everything();
                stream.subscribe(heard);
                bench.await(heard, "Started, when the engine took the task", Heard::started);
                adapter.close();
                bench.ended(heard);
            }
            bench.engineMust("no connection open", () -> bench.engine().connectionsOpen() == 0);
            List<String> left = before.found(Patience.mustHappen(), bench.engine()::runsOn);
            bench.check(
                    left.isEmpty(),
                    "no thread, socket or timer left of the closed adapter",
                    left::toString,
                    "a client or an executor of the adapter's own is never shut down",
                    "timers of streams that ended are not taken back");
        }
    }

    @Rule("LIF-05")
    default void lif05_closedAdapter_refusesEverything() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            WorkerAdapter adapter = bench.adapter();
            adapter.close();
            bench.check(
                    throwsIllegalState(() -> adapter.submit(bench.task().build())),
                    "IllegalStateException from submit on a closed adapter",
                    () -> "a stream, or another exception",
                    "close does not mark the adapter as closed");
            for (Supplier<CompletionStage<?>> question : List.<Supplier<CompletionStage<?>>>of(
                    adapter::health, adapter::properties, adapter::engineVersion)) {
                bench.check(
                        failsWithIllegalState(question.get()),
                        "stages of a closed adapter that fail with IllegalStateException",
                        () -> "another result",
                        "a closed adapter goes on asking its engine");
            }
        }
    }

    private static boolean throwsIllegalState(Supplier<?> call) {
        try {
            var unused = call.get();
            return false;
        } catch (IllegalStateException expected) {
            return true;
        }
    }

    private static boolean failsWithIllegalState(CompletionStage<?> stage) throws InterruptedException {
        try {
            Patience.get(stage);
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof IllegalStateException;
        }
    }

    @Rule("LIF-06")
    default void lif06_thousandAdapters_leaveTheProcessAsItWas() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.mustEnd(bench.run());
            bench.adapter().close();
            Leaks before = Leaks.snapshot();
            for (int i = 0; i < CYCLES; i++) {
                try (WorkerAdapter adapter = bench.create()) {
                    if (i % 100 == 0) {
                        bench.ended(listen(bench, adapter));
                    }
                }
            }
            bench.engineMust("no connection open", () -> bench.engine().connectionsOpen() == 0);
            List<String> left = before.found(Patience.mustHappen(), bench.engine()::runsOn);
            bench.check(
                    left.isEmpty(),
                    "as many threads, sockets and timers as before " + CYCLES + " adapters came and went",
                    left::toString,
                    "each adapter starts something that its close does not end");
        }
    }

    private static Heard listen(Bench bench, WorkerAdapter adapter) {
        Heard heard = Heard.everything();
        adapter.submit(bench.task().build()).subscribe(heard);
        return heard;
    }
}
