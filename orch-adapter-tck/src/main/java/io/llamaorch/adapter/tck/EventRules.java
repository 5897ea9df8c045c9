package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.time.Duration;
import java.util.List;

/** EVT: the event stream. */
interface EventRules extends Rules {

    @Rule("EVT-01")
    default void evt01_streamThatEndsWell_hasItsEventsInOrder() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.run();
            List<TokenEvent> events = heard.events();
            bench.check(
                    events.size() > 2
                            && events.get(events.size() - 1) instanceof TokenEvent.Terminal
                            && events.stream().noneMatch(TokenEvent.Queued.class::isInstance)
                            && heard.terminals().size() == 1
                            && heard.failure().isEmpty()
                            && heard.afterTheEnd().isEmpty(),
                    "Started, tokens, one terminal event, onComplete, and nothing after it",
                    heard::story,
                    "events that came after the end marker are forwarded",
                    "the terminal event is emitted once for the end marker and once for the end of the connection");
            bench.mustEnd(heard);
        }
    }

    @Rule("EVT-02")
    default void evt02_streamThatEndsWell_startsOnceAndFirst() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.run();
            long starts = heard.events().stream()
                    .filter(TokenEvent.Started.class::isInstance)
                    .count();
            bench.check(
                    starts == 1 && heard.events().get(0) instanceof TokenEvent.Started,
                    "Started once, before everything else",
                    heard::story,
                    "Started is emitted with each of several answers of the engine, or with the first token only");
        }
    }

    @Rule("EVT-02")
    default void evt02_taskThatTheEngineRefuses_hasNothingButAnError() throws InterruptedException {
        try (Bench bench = open(new HeadFault.Status(400, "", ""))) {
            Heard heard = bench.run();
            bench.check(
                    heard.events().stream().allMatch(TokenEvent.Error.class::isInstance),
                    "nothing but an Error",
                    heard::story,
                    "Started is emitted when the request was sent, before the engine accepted it",
                    "the status of the answer is not looked at");
        }
    }

    @Rule("EVT-03")
    default void evt03_pieces_areNumberedFromZero_andTokensAreTheEnginesCount() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.run(bench.task().maxTokens(60).build());
            List<Integer> numbers =
                    heard.tokens().stream().map(TokenEvent.Token::index).toList();
            for (int i = 0; i < numbers.size(); i++) {
                bench.check(
                        numbers.get(i) == i,
                        "pieces numbered 0, 1, 2, … without a gap",
                        () -> "numbers " + numbers,
                        "events that carry no text are numbered too",
                        "the engine's token count, or its choice index, is taken for the number of the piece");
            }
            long generated = bench.engine().tokensGenerated();
            Usage usage = bench.mustEnd(heard).usage();
            bench.check(
                    usage.generated().isPresent() && usage.generated().getAsInt() == generated,
                    "a usage of " + generated + " generated tokens, the engine's own count",
                    () -> "usage " + usage + " after " + heard.pieces() + " pieces",
                    "pieces are counted and called tokens",
                    "the counts in the engine's last event are not read");
        }
    }

    @Rule("EVT-04")
    default void evt04_pieces_makeTheTextThatWasSent() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.run(bench.task().maxTokens(200).build());
            sameText(bench, heard);
            for (TokenEvent.Token token : heard.tokens()) {
                bench.check(
                        !token.text().isEmpty() && isWhole(token.text()),
                        "pieces that are not empty and cut no character",
                        () -> "piece " + token.index() + " is \"" + token.text() + "\"",
                        "events without text are delivered as empty pieces",
                        "bytes are decoded read by read instead of event by event");
            }
        }
    }

    @Rule("EVT-04")
    default void evt04_bodyInSmallPieces_makesTheSameText() throws InterruptedException {
        try (Bench bench = open(new BodyFault.DripBody(1, Duration.ZERO))) {
            Heard heard = bench.run(bench.task().maxTokens(60).build());
            bench.mustEnd(heard, "an event or a chunk is assumed to arrive in one read");
            sameText(bench, heard);
        }
    }

    private static void sameText(Bench bench, Heard heard) {
        String sent = bench.engine().textSent();
        bench.check(
                heard.text().equals(sent),
                "the text that the engine sent: \"" + sent + "\"",
                () -> "\"" + heard.text() + "\"",
                "leading spaces are stripped with the space after 'data:'",
                "a piece is dropped, doubled or out of order",
                "bytes are decoded in another charset than UTF-8");
    }

    private static boolean isWhole(String text) {
        return !Character.isLowSurrogate(text.charAt(0)) && !Character.isHighSurrogate(text.charAt(text.length() - 1));
    }

    @Rule("EVT-05")
    default void evt05_streamThatIsCut_isNoEnd() throws InterruptedException {
        List<Fault> cuts = List.of(
                new StreamFault.CutAfterTokens(3),
                new StreamFault.CutAfterTokens(0),
                new StreamFault.EndWithoutMarker(3),
                new StreamFault.ResetAfterTokens(3),
                new BodyFault.EmptyBody(),
                new BodyFault.CutAtByte(150),
                new BodyFault.ResetAtByte(150));
        for (Fault cut : cuts) {
            try (Bench bench = open(cut)) {
                Heard heard = bench.run();
                bench.mustFail(
                        heard,
                        ErrorCode.WORKER_RESET,
                        "the end of the connection, or of the body, is taken for the end of the text (" + cut.text()
                                + ")",
                        "an end marker other than the engine's own is waited for");
                boolean maySwallow = cut instanceof StreamFault.ResetAfterTokens || !(cut instanceof StreamFault);
                bench.check(
                        maySwallow || heard.pieces() == cut.tokens(),
                        "the " + cut.tokens() + " pieces that arrived whole, and then the error (" + cut.text() + ")",
                        heard::story,
                        "what was read before the cut is thrown away with it");
                bench.check(
                        bench.hasNoMore(heard),
                        "a beginning of the text that was sent",
                        () -> "\"" + heard.text() + "\"",
                        "half of an event is delivered as if it were whole");
            }
        }
    }

    @Rule("EVT-06")
    default void evt06_errorInsideTheStream_isTheStreamsError() throws InterruptedException {
        for (StreamFault.ErrorInStream fault : List.of(
                new StreamFault.ErrorInStream(2, 500, "server_error", "the cache is full"),
                new StreamFault.ErrorInStream(0, 400, "exceed_context_size_error", "the prompt is too long"))) {
            try (Bench bench = open(fault)) {
                Heard heard = bench.run();
                bench.mustFail(
                        heard,
                        fault.reading().code().orElseThrow(),
                        "only the status of the answer is looked at, and it was 200",
                        "an event that has another shape than a token's is skipped");
                bench.check(
                        heard.pieces() == fault.tokens(),
                        fault.tokens() + " pieces, and then the error",
                        heard::story,
                        "the error is told when the connection ends, or before what was read");
            }
        }
    }

    @Rule("EVT-07")
    default void evt07_startAndEnd_tellWhatIsKnown() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Heard heard = bench.run(bench.task().jobId("job-of-evt-07").build());
            TokenEvent.Started started = heard.events().stream()
                    .filter(TokenEvent.Started.class::isInstance)
                    .map(TokenEvent.Started.class::cast)
                    .findFirst()
                    .orElseThrow(() -> bench.broken(
                            "Started", heard.story(), "Started is emitted with the first token only, or not at all"));
            bench.check(
                    started.engine().equals(bench.factory().engine())
                            && started.jobId().equals("job-of-evt-07")
                            && (!started.model().isEmpty()
                                    || !bench.engine().tells().contains(TestEngine.Fact.MODEL))
                            && (started.details().engineVersion().isPresent()
                                    || !bench.engine().tells().contains(TestEngine.Fact.VERSION)),
                    "Started with the engine's name, its version, the model and the job id",
                    started::toString,
                    "the engine's version and model are never asked for, or too late");
            TokenEvent.End end = bench.mustEnd(heard);
            bench.check(
                    end.reason() == StopReason.LIMIT,
                    "the reason LIMIT, for a task of so many tokens at most",
                    () -> "the reason " + end.reason(),
                    "the engine's reason is not read, or taken from another field of another version");
            bench.check(
                    end.usage().prompt().isPresent() && end.usage().generated().isPresent(),
                    "a usage with the tokens of prompt and text",
                    () -> "usage " + end.usage(),
                    "the counts in the engine's last event are not read");
        }
    }

    @Rule("EVT-08")
    default void evt08_streamThatFails_tellsTheUsageSoFar() throws InterruptedException {
        try (Bench bench = open(new StreamFault.CutAfterTokens(3))) {
            needsRunningCount(bench);
            WorkerError error = bench.mustFail(bench.run(), ErrorCode.WORKER_RESET);
            bench.check(
                    error.usage().generated().orElse(0) > 0,
                    "an Error with the tokens that were generated so far",
                    () -> "usage " + error.usage(),
                    "the counts in the engine's token events are not read",
                    "the usage is kept for the End only");
        }
    }

    @Rule("EVT-08")
    default void evt08_streamThatIsCancelled_tellsTheUsageSoFar() throws InterruptedException {
        try (Bench bench = openStepped()) {
            needsRunningCount(bench);
            TokenStream stream = bench.submit(bench.task().build());
            Heard heard = Heard.everything();
            stream.subscribe(heard);
            bench.engine().release(3);
            bench.caughtUp(heard, 3);
            stream.cancel();
            TokenEvent.End end = bench.mustBeCancelled(heard);
            bench.check(
                    end.usage().generated().orElse(0) > 0,
                    "End(CANCELLED) with the tokens that were generated so far",
                    () -> "usage " + end.usage(),
                    "a cancelled stream is ended without what was known");
        }
    }

    private static void needsRunningCount(Bench bench) {
        if (!bench.engine().tells().contains(TestEngine.Fact.RUNNING_COUNT)) {
            throw new NotTestable("the engine counts its tokens only when the text is over");
        }
    }

    @Rule("EVT-09")
    default void evt09_piece_isDeliveredBeforeTheNextOneIsSent() throws InterruptedException {
        try (Bench bench = openStepped()) {
            Heard heard = bench.listen(bench.task().build(), Heard.everything());
            for (int i = 1; i <= 5; i++) {
                bench.engine().release(1);
                bench.caughtUp(heard, i);
            }
        }
    }

    @Rule("EVT-10")
    default void evt10_engineThatKeepsTheConnection_isNotWaitedFor() throws InterruptedException {
        for (Fault fault : List.of(new StreamFault.StayOpen(), new StreamFault.NeverClose())) {
            try (Bench bench = open(fault)) {
                bench.mustEnd(bench.run(), "the end of the connection is waited for after the end marker");
                bench.engineMust(
                        "no connection of that task is open",
                        () -> bench.engine().connectionsOpen() == 0,
                        "the connection is kept after the end marker, although nothing more can come by it ("
                                + fault.text() + ")");
            }
        }
    }

    @Rule("EVT-10")
    default void evt10_eventsAfterTheEndMarker_areNotRead() throws InterruptedException {
        try (Bench bench = open(new StreamFault.MoreAfterEnd(3))) {
            Heard heard = bench.run();
            bench.mustEnd(heard, "an event after the end marker is taken for an error");
            String sent = bench.engine().textSent();
            bench.check(
                    bench.hasAll(heard),
                    "nothing of what comes after the end marker: \"" + sent + "\"",
                    () -> "\"" + heard.text() + "\"",
                    "events are read on after the end marker");
        }
    }
}
