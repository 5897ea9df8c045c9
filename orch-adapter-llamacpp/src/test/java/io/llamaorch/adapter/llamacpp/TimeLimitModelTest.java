package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LimitModel.Limit;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * TIM-01, TIM-02, FLW-02, FLW-04: whatever an engine sends and a consumer asks for, and whenever, the stream ends by the
 * limit that {@link LimitModel} says, at its nanosecond and with its own words, or not at all. The seed is printed;
 * {@code -Dorch.limits.seed} repeats a run, and {@code -Dorch.limits} sets how many schedules there are.
 */
@NoLeaks
class TimeLimitModelTest {

    private static final int SCHEDULES = Integer.getInteger("orch.limits", 3_000);
    private static final long SEED = Long.getLong("orch.limits.seed", System.nanoTime());
    private static final int MOST_STEPS = 60;
    private static final Duration MOMENT = Duration.ofNanos(1);

    @Test
    void stream_whateverHappensWhenever_endsByTheLimitThatIsDue() {
        System.out.println("time limits: " + SCHEDULES + " schedules, seed " + SEED);
        Map<String, Integer> distribution = new TreeMap<>();
        for (int i = 0; i < SCHEDULES; i++) {
            Schedule schedule = new Schedule(new SplittableRandom(SEED + i));
            try {
                distribution.merge(schedule.run(), 1, Integer::sum);
            } catch (Throwable failed) {
                throw new AssertionError("schedule " + i + " of seed " + SEED + ": " + schedule, failed);
            }
        }
        System.out.println("time limits: " + distribution);
        for (Limit limit : Limit.values()) {
            int times = distribution.getOrDefault(limit.toString(), 0);
            assertTrue(times * 100 >= SCHEDULES, () -> limit + " ended only " + times + ": " + distribution);
        }
    }

    /** What one event of the engine says. */
    private enum Said {
        TOKEN,
        TEXT_WITHOUT_COUNT,
        TEXT_OF_A_COUNTED_TOKEN,
        COUNT_WITHOUT_TEXT,
        NOTHING,
        PROGRESS,
        TOKEN_AND_TIMINGS,
        PING
    }

    private static final List<List<Said>> DIALECTS = List.of(
            List.of(Said.values()),
            List.of(Said.TEXT_WITHOUT_COUNT, Said.PING, Said.NOTHING, Said.TEXT_WITHOUT_COUNT),
            List.of(Said.PROGRESS),
            List.of(Said.PROGRESS, Said.PROGRESS, Said.PROGRESS, Said.PROGRESS, Said.TOKEN));

    /** One stream, what happens to it, and what the model makes of it. */
    private static final class Schedule implements NonBlockingSubscriber {

        private final SplittableRandom random;
        private final long grain;
        private final ManualTime time = new ManualTime();
        private final FakeTransport transport = new FakeTransport();
        private final StreamLimits limits;
        private final Optional<Duration> deadline;
        private final LimitModel model;
        private final RunningStreams streams;
        private final TokenStream stream;
        private final List<String> story = new ArrayList<>();
        private final List<Said> dialect;

        private Flow.Subscription subscription;
        private boolean headSent;
        private int count;
        private int pieces;
        private boolean counted;

        private Schedule(SplittableRandom random) {
            this.random = random;
            grain = random.nextInt(4) == 0 ? 100_000_000L : 1;
            limits = new StreamLimits(
                    span(3000), span(2000), span(12_000), new StreamLimits.Consumer(span(6000), span(3000)));
            deadline = random.nextBoolean() ? Optional.of(span(15_000)) : Optional.empty();
            dialect = DIALECTS.get(random.nextInt(DIALECTS.size()));
            model = new LimitModel(limits, deadline);
            AdapterConfig config = AdapterConfig.builder()
                    .timeSource(time)
                    .deliveryExecutor(Runnable::run)
                    .build();
            streams = RunningStreams.create("llamacpp", config, limits);
            Engine engine = Engines.known(transport, time);
            TaskRequest.Builder task = TaskRequest.builder("Once").jobId("job-1");
            deadline.ifPresent(task::deadline);
            stream = streams.open(task.build(), emitter -> CompletionRun.begin(task.build(), emitter, engine));
        }

        /** A time, most often short; so round in some schedules that several limits pass at once. */
        private Duration span(int mostMillis) {
            long most = mostMillis * 1_000_000L;
            long nanos = random.nextLong(random.nextInt(3) == 0 ? most : most / 4);
            return Duration.ofNanos((nanos / grain + 1) * grain);
        }

        private String run() {
            boolean eager = random.nextInt(3) > 0;
            if (eager) {
                subscribe();
            }
            int steps = random.nextInt(MOST_STEPS);
            for (int step = 0; step < steps; step++) {
                int kind = random.nextInt(10);
                if (kind < 4) {
                    Set<Limit> passed = timePasses(span(random.nextInt(8) == 0 ? 4000 : 400));
                    if (!passed.isEmpty()) {
                        return judge(passed);
                    }
                } else if (kind < 7) {
                    engineSpeaks();
                } else if (subscription == null) {
                    if (random.nextInt(6) == 0) {
                        subscribe();
                    }
                } else {
                    ask(1 + random.nextInt(eager ? 40 : 6));
                }
            }
            return engineEnds();
        }

        /** Lets time pass, to the nanosecond before a limit if one falls into it, and then over it. */
        private Set<Limit> timePasses(Duration by) {
            Map<Limit, Duration> left = model.left();
            Duration next = Collections.min(left.values());
            boolean passes = next.compareTo(by) <= 0;
            Duration quiet = passes ? next.minus(MOMENT) : by;
            story.add(quiet.toString());
            time.advance(quiet);
            model.timePasses(quiet);
            assertFalse(ended(), () -> "too early: left were " + model.left());
            if (!passes) {
                return Set.of();
            }
            time.advance(MOMENT);
            return left.entrySet().stream()
                    .filter(limit -> limit.getValue().equals(next))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }

        private void engineSpeaks() {
            if (!headSent) {
                story.add("head");
                transport
                        .listener()
                        .onHead(new ResponseHead(
                                200, List.of(new ResponseHead.Field("Content-Type", "text/event-stream"))));
                headSent = true;
                model.eventEmitted();
                return;
            }
            if (model.resting()) {
                return;
            }
            StringBuilder body = new StringBuilder();
            int events = random.nextInt(5) == 0 ? random.nextInt(60) : 1;
            for (int i = 0; i < events; i++) {
                body.append(say(dialect.get(random.nextInt(dialect.size()))));
            }
            if (body.length() > 0) {
                boolean goOn = transport
                        .listener()
                        .onBody(ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8)));
                assertEquals(!model.resting(), goOn, "whether to read on");
            }
        }

        private String say(Said said) {
            story.add(said.toString());
            boolean text = false;
            switch (said) {
                case TOKEN, TOKEN_AND_TIMINGS -> {
                    count++;
                    text = true;
                }
                case COUNT_WITHOUT_TEXT -> count++;
                case TEXT_OF_A_COUNTED_TOKEN, TEXT_WITHOUT_COUNT -> text = true;
                case NOTHING, PROGRESS, PING -> {}
            }
            boolean rose = said == Said.TOKEN || said == Said.TOKEN_AND_TIMINGS || said == Said.COUNT_WITHOUT_TEXT;
            counted = counted || rose;
            if (rose || (text && !counted)) { // an engine that does not count has its pieces counted
                model.tokenGenerated();
            }
            if (text) {
                pieces++;
                model.eventEmitted();
            }
            if (said == Said.PROGRESS || said == Said.TOKEN_AND_TIMINGS) {
                model.eventEmitted();
            }
            String content = "{\"content\":\"" + (text ? "x" : "") + "\",\"stop\":false";
            String counts = ",\"tokens_predicted\":" + count;
            return switch (said) {
                case PING -> ":\n\n";
                case TEXT_WITHOUT_COUNT -> "data: " + content + "}\n\n";
                case PROGRESS ->
                    "data: " + content + counts
                            + ",\"tokens\":[0],\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":3}}\n\n";
                case TOKEN_AND_TIMINGS ->
                    "data: " + content + counts + ",\"timings\":{\"prompt_ms\":1.5,\"predicted_ms\":2.5}}\n\n";
                default -> "data: " + content + counts + "}\n\n";
            };
        }

        private void subscribe() {
            story.add("subscribe");
            model.claimed();
            stream.subscribe(this);
        }

        private void ask(int events) {
            story.add("request " + events);
            boolean rested = model.resting();
            int resumes = transport.call().resumes();
            model.requested(events);
            subscription.request(events);
            assertEquals(rested && !model.resting() ? 1 : 0, transport.call().resumes() - resumes, "goes on");
        }

        private boolean ended() {
            return stream.outcome().toCompletableFuture().isDone();
        }

        /** Whether the stream ended now, by one of the limits that passed, and says so. */
        private String judge(Set<Limit> passed) {
            assertTrue(ended(), () -> "too late: passed are " + passed);
            TokenEvent.Terminal terminal =
                    stream.outcome().toCompletableFuture().join();
            List<Limit> fitting =
                    passed.stream().filter(limit -> fits(limit, terminal)).toList();
            assertEquals(1, fitting.size(), () -> "passed are " + passed + ", and it ended with " + terminal);
            assertNothingIsLeft();
            return fitting.get(0) + (passed.size() > 1 ? ", not alone" : "");
        }

        private boolean fits(Limit limit, TokenEvent.Terminal terminal) {
            if (terminal instanceof TokenEvent.End end) {
                return end.details()
                        .cancelCause()
                        .equals(
                                switch (limit) {
                                    case UNCLAIMED -> Optional.of(CancelCause.UNCLAIMED);
                                    case STALLED -> Optional.of(CancelCause.STALLED);
                                    default -> Optional.empty();
                                });
            }
            var error = ((TokenEvent.Error) terminal).error();
            String says = switch (limit) {
                case FIRST_TOKEN -> "first-token-timeout";
                case IDLE -> "fell silent for " + millis(limits.idle()) + " after " + pieces + " pieces";
                case WHOLE_CALL -> "call-timeout";
                case DEADLINE -> "the task's deadline passed after " + pieces + " pieces";
                default -> "\0";
            };
            ErrorCode code = limit == Limit.FIRST_TOKEN || limit == Limit.IDLE
                    ? ErrorCode.DECODE_TIMEOUT
                    : ErrorCode.DEADLINE_UNMET;
            return error.code() == code && error.message().contains(says) && error.tokensDelivered() == pieces;
        }

        private static String millis(Duration limit) {
            long millis = limit.toMillis();
            return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
        }

        /** No limit was due: the engine ends the stream, and no limit is due ever after. */
        private String engineEnds() {
            if (!headSent) {
                engineSpeaks();
            }
            transport
                    .listener()
                    .onBody(ByteBuffer.wrap("data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n"
                            .getBytes(StandardCharsets.UTF_8)));
            assertTrue(ended());
            TokenEvent.Terminal terminal =
                    stream.outcome().toCompletableFuture().join();
            assertTrue(
                    terminal instanceof TokenEvent.End end
                            && end.details().cancelCause().isEmpty(),
                    terminal::toString);
            time.advance(Duration.ofDays(1));
            assertNothingIsLeft();
            return "the engine";
        }

        private void assertNothingIsLeft() {
            assertTrue(transport.call().cancelled(), "the connection is closed");
            assertEquals(0, streams.count());
            assertEquals(
                    List.of(),
                    time.pending().stream()
                            .filter(timer -> timer.startsWith("limits of"))
                            .toList());
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(TokenEvent event) {}

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {}

        @Override
        public String toString() {
            return limits + ", deadline " + deadline + ": " + story;
        }
    }
}
