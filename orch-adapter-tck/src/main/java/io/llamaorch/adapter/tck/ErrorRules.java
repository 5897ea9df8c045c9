package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import io.llamaorch.adapter.tck.internal.kit.Sayings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** ERR: error handling. */
interface ErrorRules extends Rules {

    /** Statuses that an adapter may meet; what each means says {@link Fault.Reading#ofStatus}. */
    List<Integer> STATUSES = IntStream.of(302, 400, 401, 403, 404, 409, 418, 422, 425, 429, 500, 501, 502, 503, 504)
            .boxed()
            .toList();

    /** Answers that nobody can read. */
    List<Fault> NONSENSE = List.of(
            new HeadFault.EndlessHead(),
            new HeadFault.EndlessHeaderLine(),
            new HeadFault.StatusLine("ICY 200 OK"),
            new HeadFault.HeaderLine("this line is no header"),
            new HeadFault.BothLengths(),
            new HeadFault.TwoLengths(),
            new HeadFault.NegativeLength(),
            new HeadFault.Compressed(),
            new HeadFault.Redirect(307, "http://127.0.0.1:9/elsewhere"),
            new HeadFault.Html200(),
            new HeadFault.WrongContentType("text/plain"),
            new BodyFault.ChunkSize(2, "-1"),
            new BodyFault.ChunkSize(2, "zz"),
            new BodyFault.ChunkSize(2, "fffffffffffffffff"),
            new BodyFault.EndlessChunkSize(2),
            new StreamFault.EndlessLine(2),
            new StreamFault.HugeEvent(2, 64L << 20),
            new StreamFault.Nonsense(2, "<html>"),
            new StreamFault.Nonsense(2, "{\"content\":\" so"),
            new StreamFault.InvalidUtf8(2),
            new StreamFault.NulBytes(2),
            new StreamFault.DeepJson(2, 100_000),
            new StreamFault.LongNumber(2, 1_000_000),
            new StreamFault.DuplicateKeys(2));

    /** Answers that look odd and are right. */
    List<Fault> ODD_BUT_RIGHT = List.of(
            new BodyFault.DripBody(7, Duration.ZERO),
            new BodyFault.EndlessTrailer(),
            new StreamFault.EmptyEvents(2, 3),
            new StreamFault.NullEvents(2, 3),
            new StreamFault.UnknownFields(),
            new StreamFault.ByteOrderMark(),
            new StreamFault.CarriageReturns(),
            new StreamFault.RepeatedPrompt(512 << 10),
            new StreamFault.NoTerminator());

    @Rule("ERR-01")
    default void err01_engineThatLoads_isPoolUnready() throws InterruptedException {
        try (Bench bench =
                open(EngineScript.builder().state(EngineScript.State.LOADING).build())) {
            WorkerError error = bench.mustFail(
                    bench.run(), ErrorCode.POOL_UNREADY, "every answer but 200 has one code, or the engine's number");
            bench.check(
                    error.retriable(),
                    "a retriable error, as the engine will be ready",
                    error::toString,
                    "what the engine says of itself is taken for a fault of the task");
        }
    }

    @Rule("ERR-01")
    default void err01_propertiesThatCannotBeRead_failWithACode() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new ConnectionFault.Refuse());
            Object failure = Sayings.failure(bench.adapter().properties());
            bench.check(
                    failure instanceof WorkerException exception
                            && exception.error().code() == ErrorCode.POOL_UNAVAILABLE,
                    "properties that fail with WorkerException(POOL_UNAVAILABLE), as the engine cannot be reached",
                    failure::toString,
                    "the client's exception is handed on",
                    "properties that nobody told are made up");
        }
    }

    @Rule("ERR-02")
    default void err02_error_carriesWhatIsKnown() throws InterruptedException {
        try (Bench bench = open(new StreamFault.CutAfterTokens(3))) {
            WorkerError error = bench.mustFail(bench.run(), ErrorCode.WORKER_RESET);
            bench.check(
                    error.engine().equals(bench.factory().engine())
                            && error.replica().equals(Bench.REPLICA)
                            && error.message().endsWith("(" + error.code().anchor() + ")"),
                    "an error with the engine, the replica, and a message that ends with ("
                            + error.code().anchor() + ")",
                    () -> "engine '" + error.engine() + "', replica '" + error.replica() + "', \"" + error.message()
                            + "\"",
                    "errors are made without what AdapterConfig tells");
            bench.check(
                    !error.retriable(),
                    "an error that must not be repeated, as tokens were delivered",
                    () -> "retriable after " + error.tokensDelivered() + " pieces",
                    "the code alone decides whether an error is retriable");
        }
        try (Bench bench = open(new HeadFault.RetryLater(429, 7))) {
            WorkerError error = bench.mustFail(bench.run(), ErrorCode.ADMISSION_REJECT);
            bench.check(
                    error.retriable() && error.retryAfter().equals(Optional.of(Duration.ofSeconds(7))),
                    "a retriable error that says to come back after 7 s",
                    () -> (error.retriable() ? "retriable" : "not retriable") + ", retry after " + error.retryAfter(),
                    "the header Retry-After is not read");
        }
    }

    @Rule("ERR-03")
    default void err03_status_hasItsCode() throws InterruptedException {
        for (int status : STATUSES) {
            HeadFault.Status fault = new HeadFault.Status(status, "", "");
            try (Bench bench = open(fault)) {
                bench.mustFail(
                        bench.run(),
                        fault.reading().code().orElseThrow(),
                        "the status " + status + " is mapped to another code, or not looked at");
            }
        }
    }

    @Rule("ERR-03")
    default void err03_connectionThatIsRefused_isPoolUnavailable() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            bench.engine().always(new ConnectionFault.Refuse());
            bench.mustFail(
                    bench.run(), ErrorCode.POOL_UNAVAILABLE, "the exception of the client is mapped by its class");
        }
    }

    @Rule("ERR-04")
    default void err04_nonsense_isAProtocolError() throws InterruptedException {
        for (Fault fault : NONSENSE) {
            try (Bench bench = open(fault)) {
                Heard heard = bench.ended(bench.run());
                Optional<ErrorCode> code = heard.terminals().stream()
                        .filter(TokenEvent.Error.class::isInstance)
                        .map(terminal -> ((TokenEvent.Error) terminal).error().code())
                        .findFirst();
                bench.check(
                        code.equals(fault.reading().code())
                                || (code.isEmpty() && fault.reading().mayBeWell()),
                        "Error(" + fault.reading().code().orElseThrow() + ") for " + fault.text(),
                        heard::story,
                        "what cannot be read is skipped, and the end of the connection is taken for the end");
                bench.check(
                        bench.hasNoMore(heard),
                        "no more than the text that was sent, for " + fault.text(),
                        () -> "\"" + heard.text() + "\"",
                        "what cannot be read is delivered as text");
            }
        }
    }

    @Rule("ERR-04")
    default void err04_whatIsOddButRight_isRead() throws InterruptedException {
        for (Fault fault : ODD_BUT_RIGHT) {
            try (Bench bench = open(fault)) {
                Heard heard = bench.run();
                bench.mustEnd(heard, "the engine is right here, by the rules of its dialect: " + fault.text());
                bench.check(
                        bench.hasAll(heard),
                        "the text that was sent, for " + fault.text(),
                        () -> "\"" + heard.text() + "\"",
                        "one form of the dialect only is read");
            }
        }
    }

    @Rule("ERR-05")
    default void err05_submit_throwsForNoFailureOfTheEngine() throws InterruptedException {
        for (Fault fault : List.of(
                new ConnectionFault.Refuse(),
                new ConnectionFault.CloseOnAccept(),
                new ConnectionFault.ResetOnAccept())) {
            try (Bench bench = open(EngineScript.WELL)) {
                bench.engine().always(fault);
                TokenStream stream = bench.submit(bench.task().build());
                Heard heard = Heard.everything();
                stream.subscribe(heard);
                // Which error depends on how far the client had come when the connection was reset.
                bench.check(
                        bench.ended(heard).terminals().stream().allMatch(TokenEvent.Error.class::isInstance),
                        "an Error for " + fault.text(),
                        heard::story,
                        "a connection that ends before an answer is taken for an empty answer");
            }
        }
    }

    @Rule("ERR-06")
    default void err06_failure_doesNotTouchTheNextTask() throws InterruptedException {
        List<Fault> faults = Stream.of(
                        Stream.of(
                                new StreamFault.CutAfterTokens(3),
                                new StreamFault.ErrorInStream(2, 500, "server_error", "the cache is full"),
                                new HeadFault.Status(502, "<html>", "text/html")),
                        NONSENSE.stream())
                .<Fault>flatMap(list -> list)
                .toList();
        EngineScript.Builder script = EngineScript.builder();
        for (Fault fault : faults) {
            script.fault(fault).fault(new BodyFault.DripBody(4096, Duration.ZERO));
        }
        try (Bench bench = open(script.build())) {
            for (Fault fault : faults) {
                bench.ended(bench.run());
                Heard next = bench.run();
                bench.mustEnd(
                        next, "a connection that failed is used again, or what was left in a buffer: " + fault.text());
                bench.check(
                        bench.hasAll(next),
                        "the whole text of the task after " + fault.text(),
                        () -> "\"" + next.text() + "\"",
                        "what was left in a buffer is read as the next answer, or the other way round");
            }
        }
    }
}
