package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.kit.RuleBook;
import io.llamaorch.adapter.tck.internal.mock.MockHarness;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each broken adapter is caught by exactly the rules that it breaks (TCK-08). */
@Tag("once")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BrokenAdapterTest {

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void brokenAdapter_isCaughtByExactlyTheRulesThatItBreaks(Broken adapter) {
        KitRun run = KitRun.on(adapter::harness, KitRun.IMPATIENT);

        assertEquals(
                adapter.breaks(),
                run.broken(),
                () -> run.failures().stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
    }

    @Test
    void correctAdapter_breaksNothing_andNothingIsUntestable() {
        KitRun run = KitRun.on(MockHarness::new, KitRun.IMPATIENT);

        assertEquals(Set.of(), run.broken());
        assertEquals(0, run.skipped());
        assertTrue(run.passed() > 50, () -> run.passed() + " tests");
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void brokenAdapter_breaksRulesThatBindAdapters(Broken adapter) {
        assertTrue(adapter.breaks().stream().allMatch(RuleBook::bindsAdapters), () -> "breaks " + adapter.breaks());
    }
}
