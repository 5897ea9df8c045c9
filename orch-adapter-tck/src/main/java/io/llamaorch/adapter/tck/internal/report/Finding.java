package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.RuleBroken;
import java.time.Duration;
import java.util.Optional;

/**
 * What one test of the kit found.
 *
 * @param rule the id of the rule that it tests
 * @param test what the test is called, without the id
 * @param verdict what came of it
 * @param took how long it took
 * @param story how the rule is broken; empty unless it is
 * @param reason why it could not be tested, or what was thrown that is no broken rule; may be empty
 */
public record Finding(
        String rule, String test, Verdict verdict, Duration took, Optional<RuleBroken> story, String reason) {

    /** The same with another verdict. */
    Finding as(Verdict other) {
        return new Finding(rule, test, other, took, story, reason);
    }

    /** {@return the name that a baseline or a reader knows it by} */
    public String name() {
        return rule + " " + test;
    }

    /** {@return the test and its verdict, in one line} */
    public String line() {
        String why = verdict == Verdict.NOT_TESTABLE ? ": " + reason : "";
        return verdict.sign() + " " + name() + (verdict == Verdict.PASSED ? "" : " (" + verdict.words() + why + ")");
    }

    /** {@return how the rule is broken, in several lines} */
    public String told() {
        if (verdict == Verdict.MENDED) {
            return name() + " passes, and the baseline expects it to fail: take that line out.";
        }
        return name() + "\n" + story.map(Throwable::getMessage).orElse(reason);
    }
}
