package io.llamaorch.adapter.llamacpp.internal.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerHealth.Status;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One check, answer by answer (HLT-01 to 03). */
@NoLeaks
class HealthCheckTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final String OK = "{\"status\":\"ok\"}";

    private final FakeTransport transport = new FakeTransport();
    private final ManualTime time = new ManualTime();
    private final List<WorkerHealth> verdicts = new ArrayList<>();
    private boolean streaming;
    private Optional<Secret> token = Optional.empty();
    private KnownFacts facts = begin();

    private KnownFacts begin() {
        Failures failures = new Failures("http://engine-1:8080", token);
        EngineQueries queries = new EngineQueries(transport, token, failures, LIMIT, LIMIT);
        KnownFacts known = new KnownFacts(queries, time);
        new HealthCheck(queries, known, failures, time, LIMIT, () -> streaming).begin(verdicts::add);
        return known;
    }

    private WorkerHealth verdict() {
        assertEquals(1, verdicts.size());
        return verdicts.get(0);
    }

    private void assertVerdict(Status status, boolean live, Optional<ErrorCode> code) {
        WorkerHealth verdict = verdict();
        assertEquals(status, verdict.status(), verdict.reason());
        assertEquals(live, verdict.live());
        assertEquals(code.isEmpty(), verdict.ready());
        assertEquals(code, verdict.code());
    }

    @Test
    void engine_thatIsWell_isHealthyAndItsFactsAreLearnt() {
        transport.question(0).answer(200, OK);
        assertEquals(
                List.of("/health", "/props"),
                transport.questions().stream().map(q -> q.request().path()).toList());
        assertEquals(List.of(), verdicts);
        transport.question(1).answer(200, Transcripts.text("props"));
        assertVerdict(Status.HEALTHY, true, Optional.empty());
        assertEquals("b11669-Debian", facts.now().orElseThrow().version());
    }

    @Test
    void limit_isOneForBothQuestions() {
        time.advance(Duration.ofSeconds(3));
        transport.question(0).answer(200, OK);
        assertEquals(Duration.ofSeconds(2), transport.question(1).request().exchangeLimit());
    }

    @Test
    void limit_usedUp_leavesTheSecondQuestionOut() {
        time.advance(LIMIT);
        transport.question(0).answer(200, OK);
        assertVerdict(Status.HEALTHY, true, Optional.empty());
        assertEquals(1, transport.questions().size());
    }

    @Test
    void model_loading_isDegradedWithARetryHint() {
        transport.question(0).answer(503, Transcripts.text("health-loading"));
        assertVerdict(Status.DEGRADED, true, Optional.of(ErrorCode.POOL_UNREADY));
        assertEquals(Optional.of(Duration.ofSeconds(1)), verdict().retryAfter());
        assertTrue(verdict().reason().contains("Loading model"));
    }

    @Test
    void model_loading_withARetryAfter_repeatsIt() {
        transport
                .question(0)
                .answer(503, List.of(new ResponseHead.Field("Retry-After", "9")), Transcripts.text("health-loading"));
        assertEquals(Optional.of(Duration.ofSeconds(9)), verdict().retryAfter());
    }

    @Test
    void model_thatLoadsBetweenTheQuestions_isDegraded() {
        transport.question(0).answer(200, OK);
        transport.question(1).answer(503, Transcripts.text("health-loading"));
        assertVerdict(Status.DEGRADED, true, Optional.of(ErrorCode.POOL_UNREADY));
    }

    @ParameterizedTest
    @CsvSource({
        "503, <html>, POOL_UNREADY",
        "503, '{\"error\":\"Service Unavailable\"}', POOL_UNREADY",
        "503, '', POOL_UNREADY",
        "200, <html>, PROTOCOL",
        "200, '', PROTOCOL",
        "302, '', PROTOCOL",
        "404, '', NOT_FOUND",
        "401, '', UNAUTHORIZED",
        "502, '', POOL_UNAVAILABLE",
        "500, '', POOL_UNAVAILABLE"
    })
    void anotherAnswer_isUnhealthy(int status, String body, ErrorCode code) {
        transport.question(0).answer(status, body);
        assertVerdict(Status.UNHEALTHY, code != ErrorCode.POOL_UNAVAILABLE, Optional.of(code));
        assertFalse(verdict().absent(), "somebody answered");
    }

    @ParameterizedTest
    @CsvSource({"401", "403"})
    void credential_refused_isUnhealthyButNotDead(int status) {
        transport.question(0).answer(200, OK);
        transport.question(1).answer(status, Transcripts.text("error-unauthorized"));
        assertVerdict(Status.UNHEALTHY, true, Optional.of(ErrorCode.UNAUTHORIZED));
    }

    @ParameterizedTest
    @CsvSource({"404", "500", "200"})
    void properties_notTold_areNoIllness(int status) {
        transport.question(0).answer(200, OK);
        transport.question(1).answer(status, "<html>");
        assertVerdict(Status.HEALTHY, true, Optional.empty());
        assertEquals(Optional.empty(), facts.now());
    }

    @Test
    void properties_thatDoNotComeInTime_areNoIllness() {
        transport.question(0).answer(200, OK);
        transport.question(1).fail(WireFailure.Kind.TIMEOUT);
        assertVerdict(Status.HEALTHY, true, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "UNREACHABLE", "NAME_LOOKUP", "RESET", "CLOSED", "CONNECT_TIMEOUT"})
    void engine_thatCannotBeReached_isUnavailable(WireFailure.Kind kind) {
        transport.question(0).fail(kind);
        assertVerdict(Status.UNHEALTHY, false, Optional.of(ErrorCode.POOL_UNAVAILABLE));
        assertEquals(kind == WireFailure.Kind.REFUSED, verdict().absent());
    }

    @Test
    void engine_thatIsSilent_isUnhealthy_unlessItStreamsToUs() {
        transport.question(0).fail(WireFailure.Kind.TIMEOUT);
        assertVerdict(Status.UNHEALTHY, false, Optional.of(ErrorCode.DECODE_TIMEOUT));
    }

    @ParameterizedTest
    @EnumSource(names = {"TIMEOUT", "CONNECT_TIMEOUT"})
    void engine_thatIsSilentButStreams_isBusy(WireFailure.Kind kind) {
        streaming = true;
        transport.question(0).fail(kind);
        assertVerdict(Status.DEGRADED, true, Optional.empty());
    }

    @Test
    void engine_thatRefuses_isUnhealthyEvenIfItStreamedAMomentAgo() {
        streaming = true;
        transport.question(0).fail(WireFailure.Kind.REFUSED);
        assertVerdict(Status.UNHEALTHY, false, Optional.of(ErrorCode.POOL_UNAVAILABLE));
    }

    @ParameterizedTest
    @CsvSource({"REFUSED, false", "RESET, false", "TIMEOUT, true"})
    void facts_areForgottenIfTheEngineMayBeAnotherOneNextTime(WireFailure.Kind kind, boolean kept) {
        facts.learn(EngineFacts.read(Transcripts.body("props")));
        transport.question(0).fail(kind);
        assertEquals(kept, facts.now().isPresent());
    }

    @Test
    void token_thatCannotBeRead_isUnauthorized() {
        token = Optional.of(Secret.from(() -> {
            throw new IllegalStateException("gone");
        }));
        facts = begin();
        assertVerdict(Status.UNHEALTHY, true, Optional.of(ErrorCode.UNAUTHORIZED));
        assertFalse(verdict().ready());
    }
}
