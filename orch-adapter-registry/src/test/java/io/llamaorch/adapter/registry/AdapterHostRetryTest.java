package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DSP-05: what is tried again, where, and what the caller sees of it. */
@NoLeaks
class AdapterHostRetryTest extends HostFixture {

    private static final WorkerError CUT = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");

    /** Long enough for every back-off, and too short for any other limit. */
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(RetryPolicy.DEFAULT);
    }

    private static void start(TokenEmitter emitter) {
        emitter.started("fake-model", StartDetails.NONE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {
                "ADMISSION_REJECT",
                "POOL_UNREADY",
                "POOL_UNAVAILABLE",
                "REPLICA_EXHAUSTED",
                "DECODE_TIMEOUT",
                "WORKER_RESET"
            })
    void attempt_whenItFailsWithARetriableError_isRepeatedElsewhere(ErrorCode code) {
        FakeAdapter r0 = bind("r0", 9).fails(code);
        FakeAdapter r1 = bind("r1", 1).says("hello");
        Heard heard = heard("a");
        time.advance(A_WHILE);
        assertEquals("Started Token End", heard.kinds());
        assertEquals(List.of("a"), r0.jobs);
        assertEquals(List.of("a"), r1.jobs);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "ADMISSION_REJECT",
                "POOL_UNREADY",
                "POOL_UNAVAILABLE",
                "REPLICA_EXHAUSTED",
                "DECODE_TIMEOUT",
                "WORKER_RESET"
            })
    void attempt_whenItFailsOtherwise_isNotRepeated(ErrorCode code) {
        bind("r0", 9).fails(code);
        FakeAdapter r1 = bind("r1", 1);
        Heard heard = heard("a");
        time.advance(A_WHILE);
        heard.assertFailed(code);
        assertEquals(List.of(), r1.jobs);
    }

    @Test
    void attempt_whenItsErrorSaysSo_isNotRepeatedAlthoughItsCodeIs() {
        bind("r0", 9)
                .fails(WorkerError.builder(ErrorCode.WORKER_RESET, "as scripted")
                        .retriable(false)
                        .build());
        bind("r1", 1);
        heard("a").assertFailed(ErrorCode.WORKER_RESET);
    }

    @Test
    void attempt_whenATokenWasDelivered_isNotRepeated() {
        FakeAdapter r0 = bind("r0", 9);
        FakeAdapter r1 = bind("r1", 1);
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        start(emitter);
        emitter.token("hello");
        emitter.usage(12, 3, 1);
        emitter.error(CUT);
        time.advance(A_WHILE);
        assertEquals("Started Token Error", heard.kinds());
        WorkerError error = heard.assertFailed(ErrorCode.WORKER_RESET);
        assertEquals(1, error.tokensDelivered());
        assertEquals(Usage.of(12, 3, 1), error.usage());
        assertEquals(List.of(), r1.jobs);
    }

    @Test
    void started_untilTheFirstToken_isHeldBackWithTheLatestProgress() {
        FakeAdapter r0 = bind("r0");
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        start(emitter);
        emitter.progress(10, 100, 0);
        emitter.progress(90, 100, 0);
        assertEquals("", heard.kinds());
        emitter.token("hello");
        assertEquals("Started Progress Token", heard.kinds());
        assertEquals(90, heard.all(TokenEvent.Progress.class).get(0).processed());
        emitter.progress(100, 100, 0);
        assertEquals("Started Progress Token Progress", heard.kinds());
    }

    @Test
    void extensions_beforeTheFirstToken_areHeldBackAndNoneIsLost() {
        FakeAdapter r0 = bind("r0");
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        start(emitter);
        emitter.extension("fake.first", "{}");
        emitter.progress(90, 100, 0);
        emitter.extension("fake.second", "{}");
        assertEquals("", heard.kinds());
        emitter.token("hello");
        assertEquals("Started Extension Progress Extension Token", heard.kinds());
    }

    @Test
    void started_ofAnAttemptThatIsRepeated_isNeverHeard() {
        FakeAdapter r0 = bind("r0", 9);
        FakeAdapter r1 = bind("r1", 1);
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        start(emitter);
        emitter.progress(90, 100, 0);
        emitter.error(CUT);
        time.advance(A_WHILE);
        FakeAdapter.end(r1.emitter("a"), "hello");
        assertEquals("Started Token End", heard.kinds());
        assertEquals("r1", heard.started().details().replica());
    }

    @Test
    void started_ofAnAttemptThatIsTheLast_isHeardBeforeItsError() {
        FakeAdapter r0 = bind("r0", 9);
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        start(emitter);
        emitter.progress(90, 100, 0);
        emitter.error(WorkerError.of(ErrorCode.PROTOCOL, "as scripted"));
        assertEquals("Started Progress Error", heard.kinds());
    }

    @Test
    void attempt_whenNoOtherReplicaIsThere_isRepeatedOnTheSame() {
        FakeAdapter r0 = bind("r0").fails(CUT);
        Heard heard = heard("a");
        r0.says("hello");
        time.advance(A_WHILE);
        heard.assertEnded();
        assertEquals(List.of("a", "a"), r0.jobs);
    }

    @Test
    void attempt_whenTheOthersAreFull_isRepeatedOnTheSame() {
        FakeAdapter r0 = bind("r0", 9).fails(CUT);
        bind("r1", 1);
        host.submit(POOL, task("busy").toBuilder().pin(Pin.toReplica("r1")).build());
        Heard heard = heard("a");
        r0.says("hello");
        time.advance(A_WHILE);
        heard.assertEnded();
        assertEquals(List.of("a", "a"), r0.jobs);
    }

    @Test
    void attempt_whenThereAreSeveralOthers_isRepeatedOnEachOnce() {
        fake.eachIs(adapter -> adapter.fails(CUT));
        List<FakeAdapter> replicas = List.of(bind("r0", 3), bind("r1", 2), bind("r2", 1));
        Heard heard = heard("a");
        time.advance(A_WHILE);
        heard.assertFailed(ErrorCode.REPLICA_EXHAUSTED);
        replicas.forEach(adapter -> assertEquals(List.of("a"), adapter.jobs));
    }

    @Test
    void attempt_ofAPinnedTask_isRepeatedOnTheSameOnly() {
        FakeAdapter r0 = bind("r0", 9).fails(CUT);
        FakeAdapter r1 = bind("r1", 9);
        Heard heard = heard(task("a").toBuilder().pin(Pin.toReplica("r0")).build());
        time.advance(A_WHILE);
        heard.assertFailed(CUT.code());
        assertEquals(List.of("a", "a", "a"), r0.jobs);
        assertEquals(List.of(), r1.jobs);
    }

    @Test
    void exhausted_tellsHowOftenAndWhereItWasTriedAndAllOfTheLastFailure() {
        WorkerError last = WorkerError.builder(ErrorCode.WORKER_RESET, "the engine hung up")
                .usage(Usage.of(12, 3, 0))
                .excerpt("gone")
                .build();
        bind("r0", 9).fails(CUT);
        bind("r1", 1).fails(last);
        Heard heard = heard("a");
        time.advance(Duration.ofMillis(60)); // the second of them; the third is on r0 again
        fake.of("r0").fails(last);
        time.advance(A_WHILE);
        WorkerError error = heard.assertFailed(ErrorCode.REPLICA_EXHAUSTED);
        assertEquals(
                "3 attempts failed, on r0, r1; the last: the engine hung up (docs/errors.md#worker_reset)"
                        + " (docs/errors.md#replica_exhausted)",
                error.message());
        assertTrue(error.retriable());
        assertEquals(Duration.ofSeconds(1), error.retryAfter().orElseThrow());
        assertEquals("fake r0 gone", error.engine() + " " + error.replica() + " " + error.excerpt());
        assertEquals(last.usage(), error.usage());
        assertEquals(0, error.tokensDelivered());
        WorkerError cause = ((WorkerException) error.cause().orElseThrow()).error();
        assertEquals(ErrorCode.WORKER_RESET, cause.code());
    }

    @Test
    void exhausted_whenTheEngineSaidWhenToComeBack_saysTheSame() {
        bind("r0")
                .fails(WorkerError.builder(ErrorCode.DECODE_TIMEOUT, "as scripted")
                        .retryAfter(Duration.ofSeconds(9))
                        .build());
        Heard heard = heard("a");
        time.advance(A_WHILE);
        assertEquals(Duration.ofSeconds(9), heard.error().retryAfter().orElseThrow());
    }

    /** A caller that is told to come again later would send the same fault for ever. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"INVALID_PARAMS", "CONTEXT_EXCEEDED", "DEADLINE_UNMET", "INTERNAL"})
    void attempt_whenALaterOneFailsForGood_endsWithThatErrorItself(ErrorCode code) {
        bind("r0", 9).fails(CUT);
        bind("r1", 1).fails(code);
        Heard heard = heard("a");
        time.advance(A_WHILE);
        assertEquals("r1", heard.assertFailed(code).replica());
    }

    @Test
    void attempt_whenNobodyIsLeftToTry_endsWithItsOwnError() {
        WorkerError refused = WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "connection refused");
        FakeAdapter r0 = bind("r0").refuses(refused).healthIs(FakeAdapter.NOBODY);
        Heard heard = heard("a");
        time.advance(A_WHILE);
        assertTrue(heard.assertFailed(ErrorCode.POOL_UNAVAILABLE).message().startsWith("connection refused"));
        assertEquals(List.of("a"), r0.jobs);
    }

    @Test
    void attempt_whenTheQueueIsLong_isRepeatedBeforeThoseWhoCameLater() {
        FakeAdapter r0 = bind("r0", 1);
        Heard first = heard("first");
        time.advance(Duration.ofMillis(1));
        r0.emitter("first").refused(CUT);
        heard("second");
        heard("third");
        time.advance(A_WHILE);
        assertEquals(0, first.position());
        FakeAdapter.end(r0.emitter("second"), "hello");
        assertEquals(List.of("first", "second", "first"), r0.jobs);
        assertSame(first.stream.jobId(), "first");
    }
}
