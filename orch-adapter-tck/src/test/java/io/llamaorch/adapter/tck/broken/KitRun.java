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
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The conformance kit, run on an adapter that is no good, and what it said. Calls must be serial. */
final class KitRun implements TestExecutionListener {

    /** So impatient is the kit with broken adapters: what it waits for mostly comes, or never. */
    static final double IMPATIENT = 0.15;

    /** So impatient is it when nobody minds if it is wrong: most of what it waits for never comes. */
    static final double HASTY = 0.08;

    /** Known to the threads of one run, as each test has a thread that this one starts. */
    private static final InheritableThreadLocal<@Nullable Supplier<AdapterHarness>> UNDER_TEST =
            new InheritableThreadLocal<>();

    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> passes = new ArrayList<>();
    private int skipped;

    KitRun() {}

    /** Not named as a test, so that nobody runs it but {@link #run}. */
    static final class OnTheBench extends AdapterConformance {
        @Override
        public AdapterHarness harness() {
            return Objects.requireNonNull(UNDER_TEST.get(), "only KitRun runs this")
                    .get();
        }
    }

    /** Runs the whole kit, with so much of its usual patience. */
    static KitRun on(Supplier<AdapterHarness> harness, double patience) {
        return patiently(patience, () -> new KitRun().run(harness, test -> true));
    }

    /** Whether a test looks at the whole JVM, or at the time: nothing else may go on beside it. */
    static boolean looksAround(String test) {
        return test.startsWith("cfg04") || test.startsWith("lif0") || test.startsWith("can05");
    }

    /** Does something with so much of the kit's usual patience. */
    static <T> T patiently(double patience, Callable<T> call) {
        String before = System.getProperty(Patience.FACTOR_PROPERTY, "1");
        System.setProperty(Patience.FACTOR_PROPERTY, Double.toString(patience * factor()));
        try {
            return call.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            System.setProperty(Patience.FACTOR_PROPERTY, before);
        }
    }

    /** The time factor of this JVM. */
    static double factor() {
        return Double.parseDouble(System.getProperty(Patience.FACTOR_PROPERTY, "1"));
    }

    /** Runs the tests that are meant, told by their methods' names. */
    KitRun run(Supplier<AdapterHarness> harness, Predicate<String> meant) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OnTheBench.class))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(isMeant(test, meant)))
                .build();
        UNDER_TEST.set(harness);
        try {
            LauncherFactory.create().execute(request, this);
        } finally {
            UNDER_TEST.remove();
        }
        return this;
    }

    private static boolean isMeant(TestDescriptor test, Predicate<String> meant) {
        return !(test.getSource().orElse(null) instanceof MethodSource method) || meant.test(method.getMethodName());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (!test.isTest()) {
            result.getThrowable().ifPresent(failures::add);
            return;
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> passes.add(test.getDisplayName());
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

    /** The names of the tests that passed. */
    List<String> passes() {
        return passes;
    }

    int passed() {
        return passes.size();
    }

    int skipped() {
        return skipped;
    }
}
