package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeEngine.Ending;
import io.llamaorch.adapter.llamacpp.Stage.Phase;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each time limit alone, in each phase in which it runs (TIM-01, TIM-02, FLW-02, FLW-04): not a nanosecond before its
 * time, then with its own code and words; the connection is closed and no timer is left. The other limits are set so
 * high that they cannot be meant.
 */
@NoLeaks
@Timeout(120)
class LlamaCppTimeLimitTest {

    private static final Duration MOMENT = Duration.ofNanos(1);
    private static final Duration BEFORE = Duration.ofMillis(700);
    private static final Duration OTHERS = Duration.ofMinutes(50);

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    /** The limits; each runs in some phases only. */
    private enum Limit {
        CONNECT(
                "connect-timeout",
                Duration.ofSeconds(5),
                ErrorCode.POOL_UNAVAILABLE,
                EnumSet.of(Phase.NAME_LOOKUP, Phase.CONNECTING)),
        HEALTH("health-timeout", Duration.ofSeconds(5), ErrorCode.DECODE_TIMEOUT, EnumSet.of(Phase.MODEL_CHECK)),
        FIRST_TOKEN(
                "first-token-timeout",
                Duration.ofSeconds(120),
                ErrorCode.DECODE_TIMEOUT,
                EnumSet.range(Phase.NAME_LOOKUP, Phase.PROMPT)),
        IDLE("idle-timeout", Duration.ofSeconds(30), ErrorCode.DECODE_TIMEOUT, EnumSet.of(Phase.BETWEEN_TOKENS)),
        CALL("call-timeout", Duration.ofHours(1), ErrorCode.DEADLINE_UNMET, EnumSet.allOf(Phase.class)),
        DEADLINE("deadline", Duration.ofSeconds(20), ErrorCode.DEADLINE_UNMET, EnumSet.allOf(Phase.class)),
        UNCLAIMED("unclaimed-timeout", Duration.ofSeconds(30), null, EnumSet.allOf(Phase.class)),
        STALLED("stall-timeout", Duration.ofSeconds(60), null, EnumSet.of(Phase.NOTHING_ASKED_FOR));

        private final String option;
        private final Duration byDefault;
        private final ErrorCode code;
        private final Set<Phase> phases;

        Limit(String option, Duration byDefault, ErrorCode code, Set<Phase> phases) {
            this.option = option;
            this.byDefault = byDefault;
            this.code = code;
            this.phases = phases;
        }
    }

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Limit limit : Limit.values()) {
            for (Phase phase : limit.phases) {
                cases.add(Arguments.of(limit, phase, limit.byDefault, "the default"));
            }
            Phase last = List.copyOf(limit.phases).get(limit.phases.size() - 1);
            cases.add(Arguments.of(limit, last, Duration.ofMillis(2345), "set"));
        }
        return cases;
    }

    @ParameterizedTest(name = "{0} in {1}, {2} ({3})")
    @MethodSource("cases")
    void limit_whenItAlonePasses_endsTheStreamAtItsTime(Limit limit, Phase phase, Duration length, String how)
            throws Exception {
        Map<String, String> options = new HashMap<>();
        for (Limit each : Limit.values()) {
            if (each == limit && how.equals("set")) {
                options.put(each.option, length.toMillis() + "ms");
            } else if (each != limit) {
                Duration high =
                        each == Limit.CONNECT || each == Limit.HEALTH ? Duration.ofHours(1) : Duration.ofDays(1);
                options.put(each.option, (limit == Limit.CALL ? high : OTHERS).toMinutes() + "m");
            }
        }
        options.remove(Limit.DEADLINE.option);
        Stage stage = new Stage(fixture, phase, options);
        Duration connectLimit = limit == Limit.CONNECT ? length : limit == Limit.CALL ? Duration.ofHours(1) : OTHERS;
        TaskRequest.Builder task = task();
        if (limit == Limit.DEADLINE) {
            task.deadline(length);
        }
        TokenStream stream = stage.submit(connectLimit, task);
        Heard heard = new Heard(phase == Phase.NOTHING_ASKED_FOR ? 0 : Long.MAX_VALUE);
        if (limit != Limit.UNCLAIMED) {
            stream.subscribe(heard);
        }

        fixture.time().advance(BEFORE);
        stage.turn();
        fixture.time().advance(length.minus(BEFORE).minus(stage.used()).minus(MOMENT));
        assertFalse(stream.outcome().toCompletableFuture().isDone(), "too early");
        assertTrue(
                fixture.time().pending().get(0).endsWith(" in PT0.000000001S"),
                () -> "it waits for its time: " + fixture.time().pending());
        fixture.time().advance(MOMENT);

        TokenEvent.Terminal terminal = Patience.get(stream.outcome());
        assertTold(limit, length, terminal, phase);
        if (phase.isConnected()) {
            assertEquals(Ending.RESET, Patience.next(stage.endings));
        }
        if (limit == Limit.UNCLAIMED) {
            stream.subscribe(heard);
        }
        heard.request(Long.MAX_VALUE);
        heard.await(terminal::equals);
        assertEquals(1, heard.terminals().size());
        stage.release();
        stage.turn();
        stage.adapter.close();
        stage.turn(); // the other adapter keeps the I/O thread, so that nobody waits for what it has yet to give up
        assertEquals(List.of(), fixture.time().pending());
    }

    private static void assertTold(Limit limit, Duration length, TokenEvent.Terminal terminal, Phase phase) {
        if (terminal instanceof TokenEvent.End end) {
            assertEquals(StopReason.CANCELLED, end.reason());
            assertEquals(
                    limit == Limit.UNCLAIMED ? CancelCause.UNCLAIMED : CancelCause.STALLED,
                    end.details().cancelCause().orElseThrow());
            return;
        }
        WorkerError error = ((TokenEvent.Error) terminal).error();
        assertEquals(limit.code, error.code(), error::message);
        assertTrue(error.message().contains(limit.option), error::message);
        if (limit != Limit.DEADLINE) {
            String seconds = length.toMillis() % 1000 == 0 ? length.toSeconds() + " s" : "\0";
            assertTrue(
                    error.message().contains(length.toMillis() + " ms")
                            || error.message().contains(seconds),
                    error::message);
        }
        int pieces = phase == Phase.BETWEEN_TOKENS ? 1 : phase == Phase.NOTHING_ASKED_FOR ? 40 : 0;
        assertEquals(pieces, error.tokensDelivered());
    }

    /** TIM-02: one budget from submit, however many phases it is spent in. */
    @Test
    void deadline_whenEachPhaseTakesItsTime_isOneBudgetForAll() throws Exception {
        FakeEngine engine = fixture.engine();
        var lines = new LinkedBlockingQueue<FakeEngine.Line>();
        FakeEngine.Script waits = line -> {
            lines.add(line);
            line.await();
        };
        engine.on("/props", line -> {
            waits.talk(line);
            line.json(200, Transcripts.text("props"));
        });
        engine.on("/completion", line -> {
            waits.talk(line);
            line.streamHead();
            waits.talk(line);
            line.token("a");
            lines.add(line);
            line.awaitEnd();
        });
        TokenStream stream = fixture.adapter(engine)
                .submit(task().model("bigram").deadline(Duration.ofSeconds(8)).build());
        Heard heard = new Heard(Long.MAX_VALUE);
        stream.subscribe(heard);
        for (int slowThing = 0; slowThing < 3; slowThing++) {
            FakeEngine.Line line = Patience.next(lines);
            fixture.time().advance(Duration.ofSeconds(2));
            line.go();
        }
        Patience.next(lines);
        heard.await(Stage::isToken);
        fixture.time().advance(Duration.ofSeconds(2).minus(MOMENT));
        assertFalse(stream.outcome().toCompletableFuture().isDone());
        fixture.time().advance(MOMENT);
        WorkerError error = AdapterFixture.assertError(ErrorCode.DEADLINE_UNMET, stream);
        assertEquals(1, error.tokensDelivered());
    }

    /** TIM-01: every limit at the same nanosecond is still one terminal. */
    @Test
    void limits_whenAllPassAtOnce_leaveOneTerminal() throws Exception {
        Map<String, String> options = new HashMap<>();
        for (Limit each : Limit.values()) {
            options.put(each.option, "3s");
        }
        options.remove(Limit.DEADLINE.option);
        Stage stage = new Stage(fixture, Phase.NAME_LOOKUP, options);
        TokenStream stream = stage.submit(Duration.ofSeconds(3), task().deadline(Duration.ofSeconds(3)));
        Heard heard = new Heard(Long.MAX_VALUE);
        fixture.time().advance(Duration.ofSeconds(3).minus(MOMENT));
        stream.subscribe(heard);
        assertFalse(stream.outcome().toCompletableFuture().isDone());
        fixture.time().advance(MOMENT);
        TokenEvent.Terminal terminal = Patience.get(stream.outcome());
        stage.turn();
        assertEquals(List.of(terminal), heard.events);
        assertEquals(List.of(), fixture.time().pending());
    }

    /** TIM-03: there is no JDK client whose own time-out could be meant. */
    @Test
    void limits_restOnNoClientOfTheJdk() {
        for (Class<?> each : List.of(LlamaCppAdapter.class, StreamLimits.class)) {
            assertFalse(
                    each.getModule().getDescriptor().requires().stream()
                            .anyMatch(module -> module.name().equals("java.net.http")),
                    each.getModule().getName());
        }
    }
}
