package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** FLW: backpressure and delivery. */
interface FlowRules extends Rules {

    @Rule("FLW-01")
    default void flw01_requestForNothing_isAnError() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream stream = bench.submit(bench.task().build());
            Heard heard = Heard.asking(0);
            stream.subscribe(heard);
            heard.request(0);
            bench.await(heard, "onError, as nothing was asked for (rule 3.9)", Heard::over);
            bench.check(
                    heard.failure()
                            .filter(IllegalArgumentException.class::isInstance)
                            .isPresent(),
                    "onError(IllegalArgumentException)",
                    heard::story,
                    "what is asked for is not checked",
                    "the rules of Reactive Streams are not known: run their kit for Flow too");
            TokenEvent.Terminal outcome = bench.get("the outcome of a stream that is misused", stream.outcome());
            bench.check(
                    outcome instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED,
                    "the outcome End(CANCELLED)",
                    outcome::toString,
                    "the stream goes on for nobody");
        }
    }

    @Rule("FLW-02")
    default void flw02_subscriber_getsNoMoreThanItAskedFor() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.listen(bench.task().maxTokens(60).build(), Heard.asking(0));
            for (int asked = 0; asked <= 3; asked++) {
                int so = asked;
                bench.await(
                        heard,
                        so + " events, as so many were asked for",
                        h -> h.events().size() >= so);
                boolean more = heard.await(h -> h.events().size() > so, Patience.mustNotHappen());
                bench.check(
                        !more,
                        so + " events, as so many were asked for",
                        heard::story,
                        "events are delivered as they come, without counting what was asked for");
                heard.request(1);
            }
            heard.request(Long.MAX_VALUE);
            bench.mustEnd(heard);
        }
    }

    @Rule("FLW-03")
    default void flw03_slowSubscriber_losesNothing() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.listen(bench.task().maxTokens(300).build(), Heard.asking(1));
            for (int have = 1; !heard.over() && have < 10_000; have++) {
                int so = have;
                bench.await(
                        heard,
                        "one more event for each that is asked for",
                        h -> h.events().size() >= so || h.over());
                heard.request(1);
            }
            bench.mustEnd(heard);
            String sent = bench.engine().textSent();
            bench.check(
                    bench.hasAll(heard),
                    "all the text that the engine sent, " + sent.length() + " characters",
                    () -> heard.text().length() + " characters",
                    "what comes while nothing is asked for is dropped");
        }
    }

    @Rule("FLW-04")
    default void flw04_secondSubscriber_isRefusedAndDisturbsNothing() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TokenStream stream = bench.submit(bench.task().build());
            Heard first = Heard.everything();
            Heard second = Heard.everything();
            stream.subscribe(first);
            stream.subscribe(second);
            bench.await(second, "onError for the second subscriber", Heard::over);
            bench.check(
                    second.failure()
                                    .filter(IllegalStateException.class::isInstance)
                                    .isPresent()
                            && second.events().isEmpty(),
                    "onError(IllegalStateException) for the second subscriber",
                    second::story,
                    "both subscribers share the events");
            bench.mustEnd(first, "a second subscriber takes the stream over");
        }
    }

    @Rule("FLW-04")
    default void flw04_streamThatNobodyClaims_isCancelledAfter30s() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream stream = bench.submit(bench.task().build());
            bench.engineMust("a task at the engine", () -> bench.engine().tasks() == 1);
            bench.pass(Duration.ofSeconds(31));
            TokenEvent.Terminal terminal = bench.get("the outcome of a stream that nobody claims", stream.outcome());
            bench.check(
                    terminal instanceof TokenEvent.End end
                            && end.details().cancelCause().equals(Optional.of(CancelCause.UNCLAIMED)),
                    "End(CANCELLED) with the cause UNCLAIMED",
                    terminal::toString,
                    "a stream that nobody subscribes to runs for ever");
            bench.engineMust(
                    "the client gone from the engine", () -> bench.engine().clientsLeft() == 1);
        }
    }

    @Rule("FLW-05")
    default void flw05_subscriberThatThrows_costsItsOwnStreamOnly() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream bad = bench.submit(bench.task().jobId("throws").build());
            bad.subscribe(Heard.doing(event -> {
                throw new IllegalStateException("a subscriber that throws");
            }));
            TokenEvent.Terminal terminal = bench.get("the outcome of a stream whose subscriber throws", bad.outcome());
            bench.check(
                    terminal instanceof TokenEvent.Error,
                    "an Error for the stream whose subscriber throws",
                    terminal::toString,
                    "what a subscriber throws is swallowed and the stream goes on");
            Heard other = bench.listen(bench.task().jobId("well").build(), Heard.everything());
            bench.engine().release(100);
            bench.mustEnd(other, "what a subscriber throws ends the thread that reads for all streams");
        }
    }

    @Rule("FLW-06")
    default void flw06_subscriberThatBlocks_delaysNobodyElse() throws InterruptedException {
        CountDownLatch letGo = new CountDownLatch(1);
        try (Bench bench = open(EngineScript.WELL)) {
            Heard blocked = bench.listen(bench.task().jobId("blocks").build(), Heard.doing(event -> waitFor(letGo)));
            try {
                bench.await(blocked, "a first event", h -> !h.events().isEmpty());
                bench.mustEnd(
                        bench.run(bench.task().jobId("well").build()),
                        "subscribers are called on the thread that reads for all streams");
                bench.get("an answer on health", bench.adapter().health());
            } finally {
                letGo.countDown();
            }
            bench.mustEnd(blocked);
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Rule("FLW-07")
    default void flw07_outcome_isKnownWithoutDemand() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TokenStream stream = bench.submit(bench.task().build());
            Heard heard = Heard.asking(0);
            stream.subscribe(heard);
            TokenEvent.Terminal outcome = bench.get("the outcome, though nothing was asked for", stream.outcome());
            bench.engineMust(
                    "no slot busy and no connection open once the outcome is known",
                    () -> bench.engine().slotsBusy() == 0 && bench.engine().connectionsOpen() == 0,
                    "the connection is kept until the subscriber has taken everything");
            heard.request(Long.MAX_VALUE);
            bench.mustEnd(heard);
            bench.check(
                    heard.terminals().get(0).equals(outcome),
                    "the outcome as the last event: " + outcome,
                    heard::story,
                    "the outcome is made anew instead of being the terminal event");
        }
    }

    @Rule("FLW-08")
    default void flw08_blockingView_givesTheSameEvents_andOnce() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TokenStream stream = bench.submit(bench.task().build());
            Iterator<TokenEvent> view = stream.iterator();
            boolean refused = refusesAnother(stream);
            StringBuilder text = new StringBuilder();
            List<TokenEvent> events = new ArrayList<>();
            while (view.hasNext()) {
                TokenEvent event = view.next();
                events.add(event);
                text.append(event instanceof TokenEvent.Token token ? token.text() : "");
            }
            bench.check(
                    bench.hasAll(text.toString()) && events.get(events.size() - 1) instanceof TokenEvent.End,
                    "the text that the engine sent, and then the End",
                    () -> "\"" + text + "\", and " + events.size() + " events",
                    "the loop reads from another place than the subscribers");
            bench.check(
                    refused,
                    "IllegalStateException for a second iterator",
                    () -> "a second iterator",
                    "each call of iterator() claims the stream anew");
        }
    }

    private static boolean refusesAnother(TokenStream stream) {
        try {
            var unused = stream.iterator();
            return false;
        } catch (IllegalStateException expected) {
            return true;
        }
    }

    @Rule("FLW-08")
    default void flw08_blockingView_whenInterrupted_isCancelledAndKeepsTheFlag() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TaskRequest task = bench.task().build();
            Iterator<TokenEvent> view = bench.submit(task).iterator();
            TokenEvent last = view.next();
            boolean flag;
            Thread.currentThread().interrupt();
            try {
                while (view.hasNext()) {
                    last = view.next();
                }
            } finally {
                flag = Thread.interrupted();
            }
            TokenEvent end = last;
            bench.check(
                    flag
                            && end instanceof TokenEvent.End ended
                            && ended.details().cancelCause().equals(Optional.of(CancelCause.INTERRUPTED)),
                    "End(CANCELLED) with the cause INTERRUPTED, and the thread's flag still set",
                    () -> end + ", flag " + (flag ? "set" : "cleared"),
                    "the interrupt is swallowed or thrown on");
            bench.engineMust(
                    "the client gone from the engine", () -> bench.engine().clientsLeft() == 1);
        }
    }
}
