package io.llamaorch.adapter.tck.it.llama;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides what {@link RealEngine} means on this machine. */
final class RealEngineCondition implements ExecutionCondition {
    private static final String VARIABLE = "ORCH_REAL_ENGINE";
    private static final String REQUIRED = "required";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return evaluate(LlamaServerBinary.find(), REQUIRED.equals(System.getenv(VARIABLE)));
    }

    static ConditionEvaluationResult evaluate(Optional<Path> binary, boolean required) {
        if (binary.isPresent()) {
            return ConditionEvaluationResult.enabled("llama-server is " + binary.get());
        }
        String reason = "needs a real llama-server; " + LlamaServerBinary.howToGetOne();
        if (required) {
            throw new IllegalStateException(VARIABLE + "=" + REQUIRED + ", and there is none: " + reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }
}
