package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SEC-07: a destination is judged before there is anything that could connect to it. */
@NoLeaks
class AdapterHostDestinationTest extends HostFixture {

    private static final String OURS = "http://10.0.0.1:8080";
    private static final String THEIRS = "http://user:hush@169.254.169.254/latest?key=hush";

    private DestinationPolicy policy = spec ->
            spec.url().filter(OURS::equals).isPresent() ? Optional.empty() : Optional.of("it is not on the list");

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.destinations(spec -> policy.denies(spec));
    }

    private static ReplicaSpec at(String replica, String url) {
        return spec(replica).toBuilder().url(url).build();
    }

    private String refusalOf(ReplicaSpec spec) {
        return assertThrows(IllegalArgumentException.class, () -> host.bind(spec))
                .getMessage();
    }

    @Test
    void bind_whenTheDestinationIsAllowed_makesTheAdapter() {
        host.bind(at("r0", OURS));
        assertEquals(OURS, fake.of("r0").config.url().orElseThrow());
    }

    @Test
    void bind_whenTheDestinationIsDenied_makesNoAdapterAndSaysWhy() {
        assertEquals(
                "the destination of replica default/r0 (fake at http://…@169.254.169.254/latest?…) is denied: it is not"
                        + " on the list",
                refusalOf(at("r0", THEIRS)));
        assertEquals(List.of(), fake.made);
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void bind_whenTheDestinationWasDenied_canHaveThePlace() {
        refusalOf(at("r0", THEIRS));
        assertEquals("r0", host.bind(at("r0", OURS)).replica());
    }

    @Test
    void rebind_whenTheNewDestinationIsDenied_keepsTheOldAdapter() {
        host.bind(at("r0", OURS));
        FakeAdapter old = fake.of("r0").says("hello");
        assertThrows(IllegalArgumentException.class, () -> host.rebind(at("r0", THEIRS)));
        assertEquals(1, fake.made.size());
        heard("a").assertEnded();
        assertEquals(List.of("a"), old.jobs);
        over(host.rebind(at("r0", OURS)));
    }

    @Test
    void follow_whenADestinationIsDenied_bindsNothingAndSaysWhich() {
        FollowedSource followed = host.follow(source(at("r0", OURS), at("r1", THEIRS)));
        String problem = followed.problem().orElseThrow();
        assertTrue(problem.contains("is denied: it is not on the list"), problem);
        assertTrue(!problem.contains("hush"), problem);
        assertEquals(List.of(), host.replicas(POOL));
        fake.made.forEach(adapter -> assertEquals("r0", adapter.config.replica()));
    }

    private static ReplicaSource source(ReplicaSpec... specs) {
        return new ReplicaSource() {
            @Override
            public String name() {
                return "the script";
            }

            @Override
            public Duration interval() {
                return Duration.ZERO;
            }

            @Override
            public List<ReplicaSpec> read() {
                return List.of(specs);
            }
        };
    }

    static List<Throwable> whatPoliciesThrow() {
        return List.of(new IllegalStateException("boom"), new NoSuchMethodError("boom"), new IOException("boom"));
    }

    @ParameterizedTest
    @MethodSource("whatPoliciesThrow")
    void bind_whenThePolicyThrows_isDenied(Throwable thrown) {
        policy = spec -> Sneaky.raise(thrown);
        String message = refusalOf(at("r0", OURS));
        assertTrue(message.endsWith("is denied: the policy threw " + thrown), message);
        assertEquals(List.of(), fake.made);
    }

    @Test
    void bind_whenThePolicyGivesNull_isDenied() {
        policy = spec -> null;
        String message = refusalOf(at("r0", OURS));
        assertTrue(
                message.endsWith("is denied: the policy threw java.lang.NullPointerException: it gave null"), message);
    }

    @Test
    void bind_whenTheJvmIsOutOfMemory_doesNotHideIt() {
        OutOfMemoryError thrown = new OutOfMemoryError("as scripted");
        policy = spec -> Sneaky.raise(thrown);
        assertSame(thrown, assertThrows(OutOfMemoryError.class, () -> host.bind(at("r0", OURS))));
        policy = spec -> Optional.empty();
        host.bind(at("r0", OURS));
    }

    @Test
    void bind_whenTheEngineIsUnknown_saysThatFirst() {
        assertThrows(
                WorkerException.class,
                () -> host.bind(ReplicaSpec.builder("fakes").url(THEIRS).build()));
    }
}
