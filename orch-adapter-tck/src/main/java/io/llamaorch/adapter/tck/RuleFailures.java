package io.llamaorch.adapter.tck;

import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.IncompleteExecutionException;

/** Turns whatever an adapter throws at a test into a failure that names the rule. */
final class RuleFailures implements TestExecutionExceptionHandler {

    RuleFailures() {}

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        Rule rule = context.getRequiredTestMethod().getAnnotation(Rule.class);
        if (rule == null
                || thrown instanceof RuleBroken
                || thrown instanceof IncompleteExecutionException
                || thrown instanceof VirtualMachineError) {
            throw thrown;
        }
        RuleBroken broken = new RuleBroken(
                rule.value(),
                "nothing is thrown at the caller here",
                thrown.toString(),
                "",
                List.of("see the stack trace of the cause for the place in the adapter"));
        broken.initCause(thrown);
        throw broken;
    }
}
