package io.llamaorch.adapter.tck.broken;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.RuleBroken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The conformance kit, run on an adapter that is no good, and what it said. Runs one after the other. */
final class KitRun implements TestExecutionListener {

    /** So impatient is the kit with broken adapters: what it waits for mostly comes, or never. */
    static final double IMPATIENT = 0.15;

    /** So impatient is it when nobody minds if it is wrong: most of what it waits for never comes. */
    static final double HASTY = 0.08;

    private static @Nullable Supplier<AdapterHarness> underTest;

    private final List<Throwable> failures = new ArrayList<>();
    private int passed;
    private int skipped;

    private KitRun() {}

    /** Not named as a test, so that nobody runs it but {@link #on}. */
    static final class OnTheBench extends AdapterConformance {
        @Override
        public AdapterHarness harness() {
            return Objects.requireNonNull(underTest, "only KitRun runs this").get();
        }
    }

    /** Runs the whole kit, with so much of its usual patience. */
    static KitRun on(Supplier<AdapterHarness> harness, double patience) {
        KitRun run = new KitRun();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OnTheBench.class))
                .build();
        String before = System.getProperty(Patience.FACTOR_PROPERTY, "1");
        System.setProperty(Patience.FACTOR_PROPERTY, Double.toString(patience * Double.parseDouble(before)));
        underTest = harness;
        try {
            LauncherFactory.create().execute(request, run);
        } finally {
            underTest = null;
            System.setProperty(Patience.FACTOR_PROPERTY, before);
        }
        return run;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) {
            result.getThrowable().ifPresent(failures::add);
            return;
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> passed++;
            case ABORTED -> skipped++;
            case FAILED -> failures.add(result.getThrowable().orElseThrow());
        }
    }

    /** The ids of the rules that were found broken. */
    Set<String> broken() {
        Set<String> rules = new TreeSet<>();
        failures.forEach(failure -> rules.add(failure instanceof RuleBroken rule ? rule.rule() : failure.toString()));
        return rules;
    }

    List<Throwable> failures() {
        return failures;
    }

    int passed() {
        return passed;
    }

    int skipped() {
        return skipped;
    }
}
