package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.tck.internal.kit.RuleBook;
import java.util.List;
import java.util.Objects;
import org.opentest4j.AssertionFailedError;

/**
 * An adapter broke a rule: which one and what it asks, what was expected and what was seen, the exchange with the
 * engine, and what usually leads there.
 *
 * <p>Thread safety: immutable.
 */
public final class RuleBroken extends AssertionFailedError {

    private static final long serialVersionUID = 1;

    private final String rule;
    private final String expectation;
    private final String observation;
    private final String exchange;
    private final List<String> causes;

    /**
     * Makes the failure.
     *
     * @param rule the rule's id, such as {@code EVT-05}
     * @param expectation what a correct adapter does here
     * @param observation what this one did
     * @param exchange the exchange with the engine, bounded and without secrets; may be empty
     * @param causes what usually leads there, the likeliest first
     */
    public RuleBroken(String rule, String expectation, String observation, String exchange, List<String> causes) {
        super(message(rule, expectation, observation, exchange, causes));
        this.rule = Objects.requireNonNull(rule, "rule");
        this.expectation = Objects.requireNonNull(expectation, "expectation");
        this.observation = Objects.requireNonNull(observation, "observation");
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        this.causes = List.copyOf(causes);
    }

    private static String message(
            String rule, String expectation, String observation, String exchange, List<String> causes) {
        StringBuilder text = new StringBuilder(rule).append(" is broken.");
        text.append("\n  expected: ").append(expectation);
        text.append("\n  observed: ").append(observation.isBlank() ? "nothing" : observation);
        for (int i = 0; i < causes.size(); i++) {
            text.append(i == 0 ? "\n  likely:   " : "\n            ").append(causes.get(i));
        }
        text.append("\n  rule:     ").append(RuleBook.asks(rule));
        RuleBook.note(rule).ifPresent(note -> text.append("\n  why:      ").append(note.why()));
        if (!exchange.isBlank()) {
            text.append("\n  exchange:\n    ").append(exchange.strip().replace("\n", "\n    "));
        }
        return text.toString();
    }

    /** {@return the rule's id} */
    public String rule() {
        return rule;
    }

    /** {@return what a correct adapter does} */
    public String expectation() {
        return expectation;
    }

    /** {@return what this one did} */
    public String observation() {
        return observation;
    }

    /** {@return the exchange with the engine; may be empty} */
    public String exchange() {
        return exchange;
    }

    /** {@return what usually leads there, the likeliest first} */
    public List<String> causes() {
        return causes;
    }
}
