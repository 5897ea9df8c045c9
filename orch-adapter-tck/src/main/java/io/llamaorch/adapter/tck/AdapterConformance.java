package io.llamaorch.adapter.tck;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

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
 * {@value Patience#FACTOR_PROPERTY}.
 *
 * <p>Thread safety: calls must be serial.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class AdapterConformance
        implements EventRules,
                FlowRules,
                CancelRules,
                TimeRules,
                ConfigurationRules,
                LifecycleRules,
                HealthRules,
                ErrorRules {

    private String rule = "";

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
    void begin(TestInfo test) {
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
}
