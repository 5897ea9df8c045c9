package io.llamaorch.adapter.tck;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestReporter;

/**
 * The conformance tests of an adapter: extend this, give a harness, and get one test or more for each rule, named by the
 * rule's id.
 *
 * <pre>{@code
 * class MyAdapterConformanceTest extends AdapterConformance {
 *     @Override
 *     public AdapterHarness harness() {
 *         return AdapterHarness.http(new MyAdapterFactory());
 *     }
 * }
 * }</pre>
 *
 * <p>A failure is a {@link RuleBroken}. A rule that cannot be tested on the harness's engine is skipped with the reason
 * and never counts as passed. No test waits for a time limit of the adapter: they all run on
 * {@link io.llamaorch.adapter.spi.AdapterConfig#timeSource()}, which only the tests move. The real waits scale with
 * {@value Patience#FACTOR_PROPERTY}; a test that hangs is left alone after two minutes so scaled, and fails.
 *
 * <p>Thread safety: calls must be serial.
 */
public abstract class AdapterConformance
        implements EventRules,
                ChatRules,
                FlowRules,
                CancelRules,
                TimeRules,
                ConfigurationRules,
                LifecycleRules,
                HealthRules,
                ErrorRules,
                DeterminismRules,
                SecurityRules,
                CapabilityRules,
                TokenizationRules,
                ChatTemplateRules,
                EmbeddingRules,
                MetricRules,
                InterfaceStageRules {

    /** How long a test may take on a machine as fast as most, before it is left alone and fails; most take no time. */
    public static final Duration LONGEST_TEST = Duration.ofMinutes(2);

    /** The key of the report entry that a test publishes of whose subject the adapter is not capable, and says so. */
    public static final String VERDICT = "verdict";

    /** The value of that entry: the test passed because the refusal is the documented one. */
    public static final String REFUSED = "refused as documented";

    private String rule = "";
    private @Nullable TestReporter reporter;

    /** For subclasses. */
    protected AdapterConformance() {}

    /**
     * Gives the harness of the adapter under test.
     *
     * @return a harness; called several times for each test, so it should be cheap
     */
    @Override
    public abstract AdapterHarness harness();

    @BeforeEach
    void begin(TestInfo test, TestReporter reports) {
        reporter = reports;
        rule = test.getTestMethod()
                .flatMap(method -> Optional.ofNullable(method.getAnnotation(Rule.class)))
                .map(Rule::value)
                .orElse("");
    }

    /**
     * Names the rule whose test runs now.
     *
     * @return its id; empty for a test of the subclass's own
     */
    @Override
    public final String currentRule() {
        return rule;
    }

    @Override
    public final void refusedAsDocumented() {
        TestReporter reports = reporter;
        if (reports != null) {
            reports.publishEntry(VERDICT, REFUSED);
        }
    }
}
