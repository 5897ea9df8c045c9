package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** CFG-03: a host's replicas are what a source says, all of it or nothing. */
@NoLeaks
class AdapterHostFollowTest extends HostFixture {

    private static final Duration INTERVAL = Duration.ofSeconds(3);

    private final Script source = new Script();
    private final Queue<TokenEmitter> held = new ConcurrentLinkedQueue<>();

    /** A source that says what a test tells it to. */
    private static final class Script implements ReplicaSource {
        private Reading reading = List::of;
        private int readings;

        private interface Reading {
            List<ReplicaSpec> read() throws IOException;
        }

        private void says(ReplicaSpec... specs) {
            reading = () -> List.of(specs);
        }

        @Override
        public String name() {
            return "the script";
        }

        @Override
        public Duration interval() {
            return INTERVAL;
        }

        @Override
        public List<ReplicaSpec> read() throws IOException {
            readings++;
            return reading.read();
        }
    }

    private static ReplicaSpec at(String replica, String url) {
        return spec(replica).toBuilder()
                .url(url)
                .origin("replicas[" + replica.substring(1) + "]")
                .build();
    }

    private FollowedSource follow(ReplicaSpec... specs) {
        source.says(specs);
        return host.follow(source);
    }

    private SourceUpdate refreshed(FollowedSource followed) {
        return now(followed.refresh());
    }

    private static String refusal(CompletableFuture<?> refreshed) {
        return assertInstanceOf(
                        IllegalArgumentException.class,
                        assertThrows(CompletionException.class, refreshed::join).getCause())
                .getMessage();
    }

    private List<String> bound() {
        return host.replicas(POOL).stream()
                .map(status -> status.replica() + " " + status.state() + " "
                        + status.url().orElse(""))
                .toList();
    }

    @Test
    void follow_bindsWhatTheSourceNames() {
        FollowedSource followed = follow(at("r0", "http://a"), at("r1", "http://b"));
        assertEquals(List.of("r0 READY http://a", "r1 READY http://b"), bound());
        assertEquals("the script", followed.name());
        assertTrue(followed.problem().isEmpty());
    }

    /** One that is in its place and not ready yet is passed over, and a task goes to one that is known to be dead. */
    @Test
    void follow_whenItsReplicasAreInTheirPlaces_allAreReadyBeforeAnyIsToldOf() {
        List<List<ReplicaState>> seen = new ArrayList<>();
        AdapterHost[] watched = new AdapterHost[1];
        watched[0] = AdapterHost.builder(registry)
                .timeSource(time)
                .deliveryExecutor(Runnable::run)
                .listener(new HostListener() {
                    @Override
                    public void onMove(ReplicaMove move) {
                        seen.add(watched[0].replicas(POOL).stream()
                                .map(ReplicaStatus::state)
                                .toList());
                    }
                })
                .build();
        source.says(at("r0", "http://a"), at("r1", "http://b"));
        watched[0].follow(source);
        assertEquals(List.of(ReplicaState.READY, ReplicaState.READY), seen.get(0));
        watched[0].close();
    }

    @Test
    void refresh_changesWhatChangedAndNothingElse() {
        fake.eachIs(adapter -> adapter.holds(held::add));
        FollowedSource followed = follow(at("r0", "http://a"), at("r1", "http://b"), at("r2", "http://c"));
        FakeAdapter unchanged = fake.of("r0");
        TokenStream onTheOld = host.submit(
                POOL, TaskRequest.builder("hi").pin(Pin.toReplica("r1")).build());
        source.says(at("r0", "http://a"), at("r1", "http://other"), at("r3", "http://d"));

        SourceUpdate update = refreshed(followed);

        assertEquals("bound [default/r3], rebound [default/r1], unbound [default/r2], unchanged 1", update.toString());
        assertSame(unchanged, fake.of("r0"));
        assertEquals(0, unchanged.closes.get());
        assertTrue(isRunning(onTheOld));
        assertEquals(
                List.of("r0 READY http://a", "r1 READY http://other", "r1 DRAINING http://b", "r3 READY http://d"),
                bound().stream().filter(line -> !line.startsWith("r2")).toList());
        FakeAdapter.end(held.remove(), "hello");
        assertEnded(onTheOld);
        assertTrue(refreshed(followed).isEmpty());
    }

    @Test
    void interval_readsItAgainAndAgain() {
        follow(at("r0", "http://a"));
        assertEquals(1, source.readings);
        source.says(at("r0", "http://a"), at("r1", "http://b"));
        time.advance(INTERVAL.minusNanos(1));
        assertEquals(1, source.readings);
        time.advance(Duration.ofNanos(1));
        assertEquals(2, source.readings);
        assertEquals(2, host.replicas(POOL).size());
        time.advance(INTERVAL.multipliedBy(3));
        assertEquals(5, source.readings);
        assertEquals(2, fake.made.size());
    }

    @Test
    void refresh_whenTheSourceCannotBeRead_keepsEverythingAndSaysWhy() {
        FollowedSource followed = follow(at("r0", "http://a"));
        source.reading = () -> {
            throw new IOException("the disk is gone");
        };
        var refreshed = followed.refresh().toCompletableFuture();
        assertInstanceOf(
                IOException.class,
                assertThrows(CompletionException.class, refreshed::join).getCause());
        assertEquals("the disk is gone", followed.problem().orElseThrow());
        assertEquals(List.of("r0 READY http://a"), bound());
        source.says(at("r0", "http://a"));
        time.advance(INTERVAL);
        assertTrue(followed.problem().isEmpty());
    }

    @Test
    void refresh_whenSomethingIsWrong_changesNothingAndNamesEveryFaultWithItsPath() {
        fake.described(() -> AdapterDescriptor.builder("Fake", "1", AdapterDescriptor.SPI_GENERATION)
                .options(List.of(OptionSpec.integer("slots", 1).range(1, 9).build()))
                .build());
        FollowedSource followed = follow(at("r0", "http://a"));
        source.says(
                at("r1", "http://b"),
                at("r2", "http://c").toBuilder()
                        .option("slots", "12")
                        .option("slot", "1")
                        .build(),
                ReplicaSpec.builder("fak").replica("r3").origin("replicas[3]").build());

        assertEquals(
                "the script is not followed: replicas[2]: option 'slots' must be between 1 and 9, not '12';"
                        + " replicas[2]: unknown option 'slot' (did you mean 'slots'?);"
                        + " replicas[3]: there is no adapter for engine 'fak', only for fake; did you mean 'fake'?"
                        + " (docs/errors.md#not_found)",
                refusal(followed.refresh().toCompletableFuture()));
        assertEquals(List.of("r0 READY http://a"), bound());
        assertEquals(1, fake.made.size());
    }

    @Test
    void refresh_whenAnAdapterRefuses_closesThoseThatWereMadeAndNamesThePath() {
        FollowedSource followed = follow(at("r0", "http://a"));
        fake.creates(config -> {
            if (config.replica().equals("r2")) {
                throw new IllegalArgumentException("url: it has no host");
            }
            return fake.make(config);
        });
        source.says(at("r0", "http://new"), at("r1", "http://b"), at("r2", "http://"));

        assertEquals(
                "the script is not followed: replicas[2]: replica default/r2 (fake): url: it has no host",
                refusal(followed.refresh().toCompletableFuture()));

        assertEquals(List.of("r0 READY http://a"), bound());
        assertEquals(3, fake.made.size());
    }

    /** It would be refused again each second, and each time make adapters and fill the log. */
    @Test
    void interval_whenWhatWasRefusedIsUnchanged_makesNoAdapters() {
        FollowedSource followed = follow(at("r0", "http://a"));
        int[] asked = {0};
        fake.creates(config -> {
            asked[0]++;
            throw new IllegalArgumentException("no");
        });
        source.says(at("r0", "http://b"));
        time.advance(INTERVAL.multipliedBy(5));
        assertEquals(1, asked[0]);
        assertFalse(followed.problem().isEmpty());
        refusal(followed.refresh().toCompletableFuture());
        assertEquals(2, asked[0]);
    }

    @Test
    void refresh_whenAPlaceIsTakenByHand_isRefused() {
        bind("r1");
        FollowedSource followed = follow(at("r0", "http://a"), at("r1", "http://b"));
        assertEquals(
                "the script is not followed: replica default/r1 is bound already, and not by this source: unbind it, or"
                        + " give it another id here",
                followed.problem().orElseThrow());
        assertEquals(List.of("r1 READY "), bound());
        unbindNow("r1");
        time.advance(INTERVAL);
        assertTrue(followed.problem().isEmpty());
        assertEquals(List.of("r0 READY http://a", "r1 READY http://b"), bound());
    }

    @Test
    void interval_whenTheMissingAdapterIsRegistered_bindsIt() {
        FollowedSource followed =
                follow(ReplicaSpec.builder("late").replica("r0").build());
        assertTrue(followed.problem().orElseThrow().contains("there is no adapter for engine 'late'"));
        FakeFactory late = new FakeFactory("late");
        registry.register(late);
        time.advance(INTERVAL);
        assertTrue(followed.problem().isEmpty());
        assertEquals(1, late.made.size());
    }

    /** What somebody bound by hand in the place of a source's replica is not the source's to take away. */
    @Test
    void refresh_whenAnotherIsInThePlaceOfOneThatIsNamedNoMore_leavesItAlone() {
        FollowedSource followed = follow(at("r0", "http://a"));
        unbindNow("r0");
        FakeAdapter byHand = bind("r0");
        source.says();
        assertTrue(refreshed(followed).isEmpty());
        assertEquals(0, byHand.closes.get());
        assertEquals(List.of("r0 READY "), bound());
    }

    @Test
    void interval_whenItsReplicaIsBoundAnewByHand_bindsItAsItIsDescribed() {
        follow(at("r0", "http://a"));
        over(host.rebind(at("r0", "http://by-hand")));
        time.advance(INTERVAL);
        assertEquals("r0 READY http://a", bound().get(0));
    }

    @Test
    void refresh_whileItsReplicaIsBoundAnewByHand_isTriedAgain() {
        FollowedSource followed = follow(at("r0", "http://a"));
        source.says(at("r0", "http://b"));
        fake.creates(config -> {
            fake.creates(fake::make);
            assertEquals(
                    "the script is not followed: replica default/r0 is being bound at this moment: this is tried again",
                    refusal(followed.refresh().toCompletableFuture()));
            return fake.make(config);
        });
        over(host.rebind(at("r0", "http://by-hand")));
        time.advance(INTERVAL);
        assertEquals("r0 READY http://b", bound().get(0));
    }

    @Test
    void follow_whenASourceIsFollowedNoMore_takesItsReplicasOver() {
        follow(at("r0", "http://a")).close();
        FollowedSource again = follow(at("r0", "http://a"));
        assertEquals("", again.problem().orElse(""));
        assertEquals("r0 READY http://a", bound().get(0));
    }

    @Test
    void close_whileItIsRead_changesNothing() {
        FollowedSource followed = follow(at("r0", "http://a"));
        source.reading = () -> {
            followed.close();
            return List.of();
        };
        assertTrue(followed.refresh().toCompletableFuture().isCompletedExceptionally());
        assertEquals(List.of("r0 READY http://a"), bound());
    }

    @Test
    void interval_whenAReadingEndedWithAnErrorOfTheJvm_readsAgain() {
        FollowedSource followed = follow(at("r0", "http://a"));
        source.reading = () -> {
            throw new OutOfMemoryError("as scripted");
        };
        assertThrows(OutOfMemoryError.class, followed::refresh);
        source.says(at("r0", "http://a"), at("r1", "http://b"));
        time.advance(INTERVAL);
        assertEquals(2, host.replicas(POOL).size());
    }

    @Test
    void follow_whenTheIntervalIsNegative_isRefused() {
        ReplicaSource hasty = new ReplicaSource() {
            @Override
            public String name() {
                return "hasty";
            }

            @Override
            public Duration interval() {
                return Duration.ofSeconds(-1);
            }

            @Override
            public List<ReplicaSpec> read() {
                return List.of();
            }
        };
        assertThrows(IllegalArgumentException.class, () -> host.follow(hasty));
    }

    @Test
    void refresh_whenTwoAreOfOneId_isRefused() {
        FollowedSource followed = follow(
                at("r0", "http://a"),
                at("r0", "http://b").toBuilder().origin("replicas[7]").build());
        assertEquals(
                "the script is not followed: replicas[7]: replica default/r0 is described at replicas[0] already",
                followed.problem().orElseThrow());
        assertEquals(List.of(), host.replicas(POOL));
    }

    @Test
    void interval_whenSomebodyUnboundOne_bindsItAgain() {
        follow(at("r0", "http://a"));
        unbindNow("r0");
        time.advance(INTERVAL);
        assertEquals(List.of("r0 READY http://a"), bound());
    }

    @Test
    void refresh_whenTheSourceIsBroken_isToldSo() {
        FollowedSource followed = follow(at("r0", "http://a"));
        source.reading = () -> {
            throw new AssertionError("boom");
        };
        assertTrue(followed.refresh().toCompletableFuture().isCompletedExceptionally());
        assertEquals(
                "the script threw java.lang.AssertionError: boom when it was read: this is its fault",
                followed.problem().orElseThrow());
        assertEquals(1, host.replicas(POOL).size());
    }

    @Test
    void close_followsItNoMoreAndLeavesItsReplicas() {
        FollowedSource followed = follow(at("r0", "http://a"));
        followed.close();
        followed.close();
        time.advance(INTERVAL.multipliedBy(2));
        assertEquals(1, source.readings);
        assertEquals(1, host.replicas(POOL).size());
        assertTrue(followed.refresh().toCompletableFuture().isCompletedExceptionally());
        assertEquals(List.of("next look at default/r0 (fake at http://a) in PT4S"), time.pending());
    }

    @Test
    void close_ofTheHost_followsItNoMore() {
        follow(at("r0", "http://a"));
        host.close();
        assertEquals(0, time.waiting());
        assertThrows(IllegalStateException.class, () -> host.follow(source));
    }

    /** Who asks while it is read is answered by a reading that began after that. */
    @Test
    void refresh_whileItIsRead_readsItOnceMore() {
        FollowedSource followed = follow(at("r0", "http://a"));
        List<CompletableFuture<SourceUpdate>> answers = new ArrayList<>();
        source.reading = () -> {
            if (answers.size() < 2) {
                answers.add(followed.refresh().toCompletableFuture());
                assertFalse(answers.get(answers.size() - 1).isDone());
            }
            return List.of(at("r0", "http://" + answers.size()));
        };
        refreshed(followed);
        assertEquals(4, source.readings);
        assertEquals("r0 READY http://2", bound().get(0));
        answers.forEach(answer -> assertTrue(answer.isDone()));
    }
}
