package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What only some engines can do, by pool. */
@NoLeaks
class AdapterHostCapabilityTest extends HostFixture {

    private Optional<String> capability() {
        return host.capability(POOL, String.class);
    }

    @Test
    void capability_whenSeveralHaveIt_isThatOfTheReplicaThatATaskWouldGoTo() {
        bind("r0").can(() -> Optional.of("zero"));
        bind("r1").can(() -> Optional.of("one"));
        assertEquals("zero", capability().orElseThrow());
        submit("j");
        assertEquals("one", capability().orElseThrow());
    }

    @Test
    void capability_whenTheBestHasItNot_isThatOfAnother() {
        bind("r0");
        bind("r1").can(() -> Optional.of("one"));
        assertEquals("one", capability().orElseThrow());
    }

    @Test
    void capability_whenAnAdapterThrowsOrAnswersNull_isThatOfAnother() {
        bind("r0").can(() -> Sneaky.raise(new NoClassDefFoundError("boom")));
        bind("r1").can(() -> Optional.of("one"));
        assertEquals("one", capability().orElseThrow());
    }

    @Test
    void capability_whenNobodyHasIt_isEmpty() {
        assertTrue(capability().isEmpty());
        bind("r0");
        assertTrue(capability().isEmpty());
    }

    @Test
    void capability_whenTheBestIsNotReady_isThatOfOneThatIs() {
        bind("r0").can(() -> Optional.of("zero")).healthIs(FakeAdapter.LOADING);
        bind("r1").can(() -> Optional.of("one"));
        now(host.health(POOL));
        assertEquals("one", capability().orElseThrow());
    }

    /** Empty would say that nobody can ever do it; what is asked of it tells what is wrong. */
    @Test
    void capability_whenNobodyIsReady_isThatOfOneThatIsNot() {
        bind("r0").can(() -> Optional.of("zero")).healthIs(FakeAdapter.NOBODY);
        now(host.health(POOL));
        assertEquals("zero", capability().orElseThrow());
    }

    @Test
    void capability_ofAReplicaThatDrains_isNotGiven() {
        bind("r0").can(() -> Optional.of("zero")).holds(emitter -> {});
        bind("r1").can(() -> Optional.of("one"));
        submit("j");
        submit("k");
        var unused = host.unbind(POOL, "r0", Duration.ofMinutes(1));
        assertEquals("one", capability().orElseThrow());
    }

    @Test
    void capabilities_areThoseOfEveryReplicaThatHasIt() {
        bind("r1").can(() -> Optional.of("one")).healthIs(FakeAdapter.NOBODY);
        bind("r2");
        bind("r0").can(() -> Optional.of("zero"));
        now(host.health(POOL));
        assertEquals(
                List.of(Map.entry("r0", "zero"), Map.entry("r1", "one")),
                List.copyOf(host.capabilities(POOL, String.class).entrySet()));
        assertEquals(Map.of(), host.capabilities("nowhere", String.class));
        host.close();
        assertEquals(Map.of(), host.capabilities(POOL, String.class));
    }

    @Test
    void capability_whenTheHostIsClosed_isEmpty() {
        bind("r0").can(() -> Optional.of("zero"));
        host.close();
        assertTrue(capability().isEmpty());
    }
}
