package io.llamaorch.adapter.tck.internal.report;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.Rule;
import io.llamaorch.adapter.tck.RuleBroken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** One run of the kit on one harness. There is one at a time in a JVM: tests are made by JUnit, which knows no harness. */
public final class KitRun {

    private static final AtomicReference<@Nullable AdapterHarness> UNDER_TEST = new AtomicReference<>();

    private final Watcher watcher;
    private final List<Finding> findings = new ArrayList<>();
    private long begun;
    private boolean refused;

    private KitRun(Watcher watcher) {
        this.watcher = watcher;
    }

    /** Who looks on while the kit runs; called on one thread. */
    public interface Watcher {

        /**
         * The run begins.
         *
         * @param tests how many tests there are
         */
        void begins(int tests);

        /**
         * A test begins.
         *
         * @param name the rule's id and the test's name
         */
        void testBegins(String name);

        /**
         * A test is over.
         *
         * @param finding what came of it
         */
        void testEnds(Finding finding);
    }

    /** The kit's tests on whatever runs now. */
    static final class OnTheBench extends AdapterConformance {
        @Override
        public AdapterHarness harness() {
            return Objects.requireNonNull(UNDER_TEST.get(), "only a KitRun runs this");
        }
    }

    /**
     * Runs the kit, and blocks until it is through.
     *
     * @param harness the harness of the adapter under test
     * @param wanted which rules, by id
     * @param watcher looks on
     * @return what was found, in the order of the rules; empty if no rule is wanted
     */
    public static List<Finding> of(AdapterHarness harness, Predicate<String> wanted, Watcher watcher) {
        if (!UNDER_TEST.compareAndSet(null, harness)) {
            throw new IllegalStateException("the kit runs in this JVM already: wait for that");
        }
        try {
            return new KitRun(watcher).run(wanted);
        } finally {
            UNDER_TEST.set(null);
        }
    }

    private List<Finding> run(Predicate<String> wanted) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OnTheBench.class))
                .filters((PostDiscoveryFilter) test -> test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(MethodSource.class::cast)
                        .map(method -> FilterResult.includedIf(wanted.test(rule(method))))
                        .orElseGet(() -> FilterResult.included("no test")))
                .build();
        var launcher = LauncherFactory.create();
        TestPlan plan = launcher.discover(request);
        watcher.begins((int) plan.countTestIdentifiers(TestIdentifier::isTest));
        launcher.execute(plan, new TestExecutionListener() {
            @Override
            public void executionStarted(TestIdentifier test) {
                if (test.isTest()) {
                    begun = System.nanoTime();
                    refused = false;
                    watcher.testBegins(test.getDisplayName());
                }
            }

            @Override
            public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
                refused |= AdapterConformance.REFUSED.equals(
                        entry.getKeyValuePairs().get(AdapterConformance.VERDICT));
            }

            @Override
            public void executionSkipped(TestIdentifier test, String reason) {
                if (test.isTest()) {
                    add(test, Verdict.NOT_TESTABLE, Optional.empty(), reason);
                }
            }

            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    judge(test, result);
                }
            }
        });
        return List.copyOf(findings);
    }

    private void judge(TestIdentifier test, TestExecutionResult result) {
        Optional<Throwable> thrown = result.getThrowable();
        Optional<RuleBroken> story = thrown.filter(RuleBroken.class::isInstance).map(RuleBroken.class::cast);
        String reason = story.isPresent()
                ? ""
                : thrown.map(each -> each instanceof org.opentest4j.TestAbortedException
                                ? String.valueOf(each.getMessage())
                                : each.toString())
                        .orElse("");
        switch (result.getStatus()) {
            case SUCCESSFUL -> add(test, refused ? Verdict.REFUSED : Verdict.PASSED, Optional.empty(), "");
            case ABORTED -> add(test, Verdict.NOT_TESTABLE, Optional.empty(), reason);
            case FAILED -> add(test, Verdict.FAILED, story, reason);
        }
    }

    private void add(TestIdentifier test, Verdict verdict, Optional<RuleBroken> story, String reason) {
        String rule =
                test.getSource().map(MethodSource.class::cast).map(KitRun::rule).orElse("");
        String name = test.getDisplayName();
        Finding finding = new Finding(
                rule,
                name.startsWith(rule + " ") ? name.substring(rule.length() + 1) : name,
                verdict,
                Duration.ofNanos(System.nanoTime() - begun),
                story,
                reason.replaceFirst("^not testable here: ", ""));
        findings.add(finding);
        watcher.testEnds(finding);
    }

    private static String rule(MethodSource method) {
        Rule rule = method.getJavaMethod().getAnnotation(Rule.class);
        return rule == null ? "" : rule.value();
    }
}
