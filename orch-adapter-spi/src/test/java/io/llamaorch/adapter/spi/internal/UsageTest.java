package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NoLeaks
@DisplayName("What is known of the usage, and who knows it (EVT-08)")
@Timeout(60)
class UsageTest {

    private static final Usage OWN = Usage.of(7, 3, 11);
    private static final Usage BEHIND = Usage.of(8, 4, 12);

    private final Bench bench = Bench.running();
    private final EmitterCore emitter = bench.emitter;

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    private Usage told() {
        return bench.outcome() instanceof TokenEvent.End end
                ? end.usage()
                : bench.error().usage();
    }

    private static WorkerError cut() {
        return WorkerError.of(ErrorCode.WORKER_RESET, "cut");
    }

    @Test
    @DisplayName("EVT-08: the stream tells the count at any time, without an event")
    void usage_whileTheStreamRuns_isTheCountSoFar() {
        assertEquals(Usage.UNKNOWN, bench.stream().usage());
        emitter.usage(7, -1, -1);
        assertEquals(Usage.of(7, -1, -1), bench.stream().usage());
        emitter.usage(-1, 3, 11);
        assertEquals(OWN, bench.stream().usage());
    }

    @Test
    @DisplayName("EVT-08: after the end the stream tells what its terminal event told")
    void usage_afterTheEnd_isTheTerminals() {
        emitter.usage(1, 1, 1);
        emitter.forward(new TokenEvent.End(StopReason.LIMIT, OWN, Timings.UNKNOWN, EndDetails.NONE));
        assertEquals(OWN, bench.stream().usage());

        Bench failed = Bench.started();
        failed.emitter.usage(1, 1, 1);
        failed.emitter.error(
                WorkerError.builder(ErrorCode.WORKER_RESET, "cut").usage(OWN).build());
        assertEquals(OWN, failed.stream().usage());
    }

    /** Each way of ending that is not the engine's own. */
    private enum Ender {
        CANCEL {
            @Override
            void end(Bench bench) {
                bench.stream().cancel();
            }
        },
        ERROR {
            @Override
            void end(Bench bench) {
                bench.emitter.error(cut());
            }
        },
        REFUSED {
            @Override
            void end(Bench bench) {
                bench.emitter.refused(cut());
            }
        },
        FORWARDED_ERROR {
            @Override
            void end(Bench bench) {
                bench.emitter.forward(new TokenEvent.Error(cut()));
            }
        },
        TIME_LIMIT {
            @Override
            void end(Bench bench) {
                bench.subscribe(Recorder.greedy());
                bench.time.advance(Duration.ofSeconds(120));
            }
        },
        SUBSCRIBER {
            @Override
            void end(Bench bench) {
                bench.subscribe(new Recorder(0)).subscription.cancel();
            }
        },
        CLOSE {
            @Override
            void end(Bench bench) {
                bench.emitter.closeBecauseAdapterCloses();
            }
        };

        abstract void end(Bench bench);
    }

    static Stream<Ender> enders() {
        return Stream.of(Ender.values());
    }

    @ParameterizedTest
    @MethodSource("enders")
    @DisplayName("EVT-08: a stream that is forwarded asks the one behind it, however it ends")
    void terminal_whenAnotherStreamCounts_asksIt(Ender ender) {
        emitter.usageFrom(() -> BEHIND);
        emitter.usage(7, 3, 11);
        assertEquals(BEHIND, bench.stream().usage());
        ender.end(bench);
        assertEquals(BEHIND, told());
    }

    static List<Supplier<Usage>> useless() {
        return List.of(
                () -> Usage.UNKNOWN,
                () -> null,
                () -> {
                    throw new IllegalStateException("bug");
                },
                () -> {
                    throw new AssertionError("bug");
                },
                () -> {
                    throw new StackOverflowError("test");
                });
    }

    @ParameterizedTest
    @MethodSource("useless")
    @DisplayName("EVT-08: who knows nothing or throws is not heeded, and the stream ends all the same")
    void terminal_whenTheSourceIsUseless_tellsItsOwnCount(Supplier<Usage> source) {
        emitter.usageFrom(source);
        emitter.usage(7, 3, 11);
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.stream().cancel();
        heard.assertKinds("Started", "End");
        assertEquals(OWN, told());
    }

    @Test
    @DisplayName("EVT-08: a failure that is forwarded with its usage keeps it")
    void failure_whenItBringsItsUsage_keepsIt() {
        emitter.usageFrom(() -> BEHIND);
        emitter.forward(new TokenEvent.Error(cut().toBuilder().usage(OWN).build()));
        assertEquals(OWN, told());
    }

    @Test
    @DisplayName("EVT-08: the source that was set last is asked, such as that of the next attempt")
    void source_whenSetAgain_takesThePlaceOfTheOther() {
        List<String> asked = new ArrayList<>();
        emitter.usageFrom(() -> {
            asked.add("first");
            return OWN;
        });
        emitter.usageFrom(() -> {
            asked.add("second");
            return BEHIND;
        });
        bench.stream().cancel();
        assertEquals(List.of("second"), asked);
        assertEquals(BEHIND, told());
    }

    @Test
    @DisplayName("FLW-07: who keeps the handle of an ended stream does not keep the stream behind it")
    void source_whenTheStreamIsOver_isLetGo() {
        WeakReference<Object> before = source();
        bench.stream().cancel();
        WeakReference<Object> after = source();
        for (int i = 0; i < 20 && (before.get() != null || after.get() != null); i++) {
            System.gc();
        }
        assertNull(before.get());
        assertNull(after.get(), "one that was set after the end");
        assertTrue(emitter.ended());
    }

    private WeakReference<Object> source() {
        Object behind = new Object();
        emitter.usageFrom(() -> Usage.of(behind.hashCode() & 1, -1, -1));
        return new WeakReference<>(behind);
    }

    @Test
    @DisplayName("Null is refused at the call")
    void source_whenNull_isRefused() {
        assertThrows(NullPointerException.class, () -> emitter.usageFrom(null));
    }
}
