package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Refuses the tasks that cannot be sent, before anything is. */
final class TaskCheck {

    /** The names that the adapter writes itself, or that would break what it reads; an {@code extra} has none of them. */
    private static final Set<String> OWNED = Set.of(
            "prompt",
            "n_predict",
            "max_tokens",
            "max_completion_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "seed",
            "repeat_penalty",
            "presence_penalty",
            "frequency_penalty",
            "stop",
            "logit_bias",
            "stream",
            "n",
            "n_cmpl",
            "n_probs",
            "logprobs",
            "response_fields",
            "id_slot",
            "slot_id",
            "model",
            "grammar",
            "json_schema",
            "messages",
            "tools",
            "stream_options",
            "verbose",
            "response_format",
            "top_logprobs");

    private TaskCheck() {}

    /**
     * Checks a task.
     *
     * @param task the task
     * @throws WorkerException if it asks for what this adapter does not do, or has an extra that is not a task's to set
     */
    static void check(TaskRequest task) {
        Set<String> owned = new TreeSet<>(task.extras().keySet());
        owned.retainAll(OWNED);
        if (!owned.isEmpty()) {
            throw failure(
                    ErrorCode.INVALID_PARAMS,
                    "the extra " + String.join(", ", owned)
                            + " is the adapter's to set: use the task's own fields for it");
        }
        List<String> faults = new ArrayList<>();
        task.extras().forEach((name, value) -> KnownExtra.fault(name, value).ifPresent(faults::add));
        task.constraint().flatMap(ConstraintCheck::fault).ifPresent(faults::add);
        if (!faults.isEmpty()) {
            throw failure(ErrorCode.INVALID_PARAMS, String.join("; ", faults));
        }
    }

    private static WorkerException failure(ErrorCode code, String message) {
        return new WorkerException(WorkerError.of(code, message));
    }
}
