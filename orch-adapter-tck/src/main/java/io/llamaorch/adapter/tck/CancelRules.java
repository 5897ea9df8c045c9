package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** CAN: cancellation. */
interface CancelRules extends Rules {

    /** How soon the engine must see that a client that cancels has gone (CAN-05), on a machine with time. */
    Duration CLOSES_WITHIN = Duration.ofMillis(100);

    @Rule("CAN-01")
    default void can01_handle_cancelsBeforeAnyEvent() throws InterruptedException {
        try (Bench bench = open(new HeadFault.HangBeforeHead())) {
            TokenStream stream = bench.submit(bench.task().build());
            Cancellation cancellation = stream.cancel();
            bench.check(
                    bench.get("an answer to the cancel", cancellation.accepted()) == Cancellation.Answer.ACCEPTED,
                    "the cancel accepted, right after submit returned",
                    () -> "another answer",
                    "a job can be cancelled only once its connection stands");
            Heard heard = Heard.everything();
            stream.subscribe(heard);
            bench.mustBeCancelled(heard);
            bench.check(
                    heard.events().stream().allMatch(TokenEvent.Terminal.class::isInstance),
                    "nothing but the End, as the engine had not accepted the task",
                    heard::story,
                    "Started is emitted before the engine accepted the task");
        }
    }

    @Rule("CAN-02")
    default void can02_cancelFromInsideOnNext_isTheLastToken() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream stream = bench.submit(bench.task().maxTokens(60).build());
            AtomicInteger pieces = new AtomicInteger();
            Heard heard = Heard.doing(event -> {
                if (event instanceof TokenEvent.Token && pieces.incrementAndGet() == 3) {
                    stream.cancel();
                }
            });
            stream.subscribe(heard);
            bench.engine().release(10); // not to the end: a stream that is over cannot be cancelled
            bench.mustBeCancelled(heard);
            bench.check(
                    heard.pieces() == 3,
                    "3 pieces, as the third one's onNext cancelled",
                    heard::story,
                    "what was read already is delivered after the cancel");
        }
    }

    @Rule("CAN-02")
    default void can02_cancelByJobId_endsTheJob() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard heard = bench.listen(bench.task().jobId("named").maxTokens(60).build(), Heard.everything());
            bench.await(heard, "Started, when the engine took the task", Heard::started);
            Cancellation cancellation = bench.adapter().cancel("named");
            Cancellation.Answer answer = bench.get("an answer to the cancel", cancellation.accepted());
            bench.check(
                    answer == Cancellation.Answer.ACCEPTED,
                    "ACCEPTED, as the job runs",
                    answer::toString,
                    "the adapter does not know its running jobs by their ids");
            bench.mustBeCancelled(heard);
        }
    }

    @Rule("CAN-02")
    default void can02_subscriberThatCancels_hearsNothingMore() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream stream = bench.submit(bench.task().maxTokens(60).build());
            Heard heard = Heard.everything();
            stream.subscribe(heard);
            bench.engine().release(3);
            bench.caughtUp(heard, 3);
            heard.cancel();
            TokenEvent.Terminal outcome = bench.get("the outcome of a stream that was cancelled", stream.outcome());
            bench.engineMust(
                    "the client gone from the engine", () -> bench.engine().clientsLeft() == 1);
            bench.check(
                    outcome instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED,
                    "the outcome End(CANCELLED)",
                    outcome::toString,
                    "only a cancel by the handle is told");
            boolean more = heard.await(
                    h -> h.over() || h.events().stream().anyMatch(TokenEvent.Terminal.class::isInstance),
                    Patience.mustNotHappen());
            bench.check(
                    !more,
                    "nothing more for a subscriber that has cancelled",
                    heard::story,
                    "a cancel of the subscription is treated like one by the handle");
        }
    }

    @Rule("CAN-03")
    default void can03_cancel_worksInEveryPhase() throws InterruptedException {
        for (Phase phase : Phase.values()) {
            try (Bench bench = open(phase.script())) {
                TokenStream stream = bench.submit(bench.task().maxTokens(60).build());
                Heard heard = Heard.asking(phase == Phase.NOTHING_ASKED_FOR ? 0 : Long.MAX_VALUE);
                stream.subscribe(heard);
                bench.engineMust("a task at the engine", () -> bench.engine().tasks() == 1);
                if (phase == Phase.PROMPT || phase == Phase.BETWEEN_TOKENS) {
                    bench.await(heard, "Started, when the engine took the task", Heard::started);
                }
                if (phase == Phase.BETWEEN_TOKENS) {
                    bench.engine().release(3);
                    bench.caughtUp(heard, 3);
                }
                stream.cancel();
                heard.request(Long.MAX_VALUE);
                bench.mustBeCancelled(heard);
                bench.engineMust(
                        "the client gone from the engine (cancelled in the phase " + phase + ")",
                        () -> bench.engine().clientsLeft() == 1
                                && bench.engine().connectionsOpen() == 0,
                        "the stream ends for the subscriber, but the connection to the engine stays",
                        "the thread that reads is blocked, and looks for the cancel only between two events");
            }
        }
    }

    /** The phases of a stream that an adapter sees; connecting is too short on one machine to be met. */
    enum Phase {
        /** The request is sent, and no byte of an answer has come. */
        BEFORE_HEAD,
        /** The engine has accepted and evaluates the prompt. */
        PROMPT,
        /** Tokens flow. */
        BETWEEN_TOKENS,
        /** Events wait, and nothing is asked for. */
        NOTHING_ASKED_FOR;

        EngineScript script() {
            EngineScript.Builder script = EngineScript.builder().stepped();
            return (this == BEFORE_HEAD ? script.fault(new HeadFault.HangBeforeHead()) : script).build();
        }
    }

    @Rule("CAN-04")
    default void can04_cancelOfWhatDoesNotRun_isNoError() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.mustEnd(bench.run(bench.task().jobId("finished").build()));
            for (String job : List.of("finished", "unknown")) {
                Cancellation cancellation = bench.adapter().cancel(job);
                Cancellation.Answer answer = bench.get("an answer to the cancel", cancellation.accepted());
                CancelReceipt receipt = bench.get("a receipt of the cancel", cancellation.settled());
                bench.check(
                        answer == Cancellation.Answer.NOT_RUNNING
                                && receipt.outcome() == CancelReceipt.Outcome.NOT_RUNNING,
                        "NOT_RUNNING for the job '" + job + "'",
                        () -> answer + " and " + receipt,
                        "jobs are not forgotten when they end");
            }
        }
    }

    @Rule("CAN-04")
    default void can04_jobIdThatRuns_isRefused_andTheJobGoesOn() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard first = bench.listen(bench.task().jobId("same").build(), Heard.everything());
            bench.await(first, "Started, when the engine took the task", Heard::started);
            Heard second = bench.listen(bench.task().jobId("same").build(), Heard.everything());
            bench.mustFail(
                    second,
                    ErrorCode.INVALID_PARAMS,
                    "a job id is not looked up before its task is sent to the engine");
            bench.engine().release(100);
            bench.mustEnd(first, "the second task of a name takes the place of the first");
        }
    }

    @Rule("CAN-05")
    default void can05_cancel_closesTheConnectionAtOnceAndAbruptly() throws InterruptedException {
        List<Duration> seen = new ArrayList<>();
        Duration limit = Patience.scaled(CLOSES_WITHIN);
        try (Bench bench = openStepped()) {
            for (int i = 1;
                    i <= 5 && (seen.isEmpty() || seen.get(seen.size() - 1).compareTo(limit) > 0);
                    i++) {
                int so = i;
                TokenStream stream = bench.submit(bench.task().build());
                Heard heard = Heard.everything();
                stream.subscribe(heard);
                bench.await(heard, "Started, when the engine took the task", Heard::started);
                long began = System.nanoTime();
                stream.cancel();
                bench.engineMust(
                        "the client gone from the engine",
                        () -> bench.engine().clientsLeft() == so,
                        "the connection is given back to a pool, or closed only when the next byte comes");
                seen.add(Duration.ofNanos(System.nanoTime() - began));
                int stray = bench.engine().strayInput();
                bench.check(
                        stray == 0,
                        "no byte on the connection after the request",
                        () -> stray + " bytes",
                        "the connection is closed in order, with something to say at its end");
            }
            bench.check(
                    seen.get(seen.size() - 1).compareTo(limit) <= 0,
                    "the connection closed within " + limit + ", at least once in five times",
                    () -> "closed after " + seen,
                    "the connection is closed by a thread that looks for cancels now and then",
                    "the machine is too slow for this test: set " + Patience.FACTOR_PROPERTY);
        }
    }

    @Rule("CAN-06")
    default void can06_cancel_disturbsNoOtherStream() throws InterruptedException {
        try (Bench bench = openStepped()) {
            TokenStream first = bench.submit(bench.task().jobId("cancelled").build());
            Heard cancelled = Heard.everything();
            first.subscribe(cancelled);
            bench.await(cancelled, "Started, when the engine took the task", Heard::started);
            Heard other = bench.listen(bench.task().jobId("goes on").build(), Heard.everything());
            bench.await(other, "Started, when the engine took the second task", Heard::started);
            first.cancel();
            bench.mustBeCancelled(cancelled);
            bench.engineMust("one client gone", () -> bench.engine().clientsLeft() == 1);
            bench.engine().release(100);
            bench.mustEnd(other, "streams share a connection, or a cancel closes all connections of the adapter");
            bench.check(
                    bench.hasAll(other),
                    "the whole text of the other stream",
                    () -> "\"" + other.text() + "\"",
                    "streams share what they have read and not delivered yet");
        }
    }

    @Rule("CAN-07")
    default void can07_cancel_isSettledWithinTenSeconds_andSaysHow() throws InterruptedException {
        try (Bench bench = openStepped()) {
            CompletionStage<CancelReceipt> settled = cancelRunning(bench);
            bench.engineMust(
                    "the client gone from the engine", () -> bench.engine().clientsLeft() == 1);
            CancelReceipt receipt = bench.settled(settled);
            bench.check(
                    (receipt.outcome() == CancelReceipt.Outcome.SLOT_FREE
                                    && bench.engine().slotsBusy() == 0
                                    && receipt.took().isPresent())
                            || (receipt.outcome() == CancelReceipt.Outcome.UNCONFIRMED
                                    && !receipt.reason().isEmpty()),
                    "SLOT_FREE while no slot is busy, with the time it took, or UNCONFIRMED with the reason",
                    () -> receipt + " while " + bench.engineNow(),
                    "a slot is called free without a look");
        }
    }

    @Rule("CAN-07")
    default void can07_cancelThatTheEngineDoesNotHeed_isNotCalledProved() throws InterruptedException {
        EngineScript script = EngineScript.builder()
                .stepped()
                .fault(new StreamFault.IgnoreDisconnect())
                .build();
        try (Bench bench = open(script)) {
            CancelReceipt receipt = bench.settled(cancelRunning(bench));
            bench.check(
                    receipt.outcome() == CancelReceipt.Outcome.UNCONFIRMED
                            && !receipt.reason().isEmpty(),
                    "UNCONFIRMED with the reason, as the slot is busy",
                    () -> receipt + " while " + bench.engineNow(),
                    "the connection's end is taken for the job's",
                    "a slot is called free without a look");
        }
    }

    /** Cancels a job that has its slot, by an adapter that had the time to learn of its engine. */
    private static CompletionStage<CancelReceipt> cancelRunning(Bench bench) throws InterruptedException {
        bench.get("the properties", bench.adapter().properties());
        TokenStream stream = bench.submit(bench.task().build());
        Heard heard = Heard.everything();
        stream.subscribe(heard);
        bench.await(heard, "Started, when the engine took the task", Heard::started);
        CompletionStage<CancelReceipt> settled = stream.cancel().settled();
        bench.mustBeCancelled(heard);
        return settled;
    }

    @Rule("CAN-08")
    default void can08_cancelThatRacesTheEnd_leavesOneTerminalEvent() throws InterruptedException {
        long seed = ThreadLocalRandom.current().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        try (Bench bench = open(EngineScript.WELL)) {
            for (int i = 0; i < 100; i++) {
                TokenStream stream = bench.submit(bench.task().build());
                Heard heard = Heard.everything();
                stream.subscribe(heard);
                int after = random.nextInt(16);
                heard.await(h -> h.events().size() >= after || h.over(), Patience.mustHappen());
                stream.cancel();
                bench.ended(heard);
                int round = i;
                bench.check(
                        heard.terminals().size() == 1 && heard.afterTheEnd().isEmpty(),
                        "one terminal event, and nothing after it",
                        () -> heard.story() + " (round " + round + " of seed " + seed + ")",
                        "the paths that end a stream do not agree on one winner");
            }
        }
    }
}
