package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.ErrorCode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the process ends with: one number for each way in which a command can end. Numbers are never reused. */
enum ExitCode {
    OK(0, "the command did what it was asked; for submit: the engine ended the text"),
    INTERNAL(1, ErrorCode.INTERNAL, "a fault inside the engine, the adapter or orch"),
    INVALID_PARAMS(2, ErrorCode.INVALID_PARAMS, "wrong usage, or a wrong value in the request"),
    CONTEXT_EXCEEDED(3, ErrorCode.CONTEXT_EXCEEDED, "the prompt does not fit into the engine's context"),
    UNSUPPORTED(4, ErrorCode.UNSUPPORTED, "the engine or its adapter cannot do this"),
    UNAUTHORIZED(5, ErrorCode.UNAUTHORIZED, "the engine refused the token"),
    NOT_FOUND(6, ErrorCode.NOT_FOUND, "no such engine, pool, replica, model or path"),
    ADMISSION_REJECT(7, ErrorCode.ADMISSION_REJECT, "no room now"),
    POOL_UNREADY(8, ErrorCode.POOL_UNREADY, "the engine answers and cannot serve yet"),
    POOL_UNAVAILABLE(9, ErrorCode.POOL_UNAVAILABLE, "the engine cannot be reached"),
    REPLICA_EXHAUSTED(10, ErrorCode.REPLICA_EXHAUSTED, "every replica that could have served failed"),
    DEADLINE_UNMET(11, ErrorCode.DEADLINE_UNMET, "the time given was not enough"),
    DECODE_TIMEOUT(12, ErrorCode.DECODE_TIMEOUT, "the engine was silent for too long"),
    WORKER_RESET(13, ErrorCode.WORKER_RESET, "the answer was cut; what was printed is incomplete"),
    PROTOCOL(14, ErrorCode.PROTOCOL, "the answer is not the engine's protocol"),
    CANCELLED(15, "the job was cancelled, but not from here; what was printed is incomplete"),
    ADAPTER_REJECTED(16, "an adapter was found and rejected"),
    RULES_BROKEN(17, "the adapter breaks rules, or holds one that the baseline says it breaks"),
    ANSWERS_DIFFER(18, "answers differ that should be equal, or seeds make no difference"),
    INTERRUPTED(130, "Ctrl-C (SIGINT); the job was cancelled at the engine"),
    OUTPUT_CLOSED(141, "nobody reads standard output any more; the job was cancelled at the engine"),
    TERMINATED(143, "SIGTERM; the job was cancelled at the engine");

    private final int number;
    private final Optional<ErrorCode> error;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this(number, Optional.empty(), meaning);
    }

    ExitCode(int number, ErrorCode error, String meaning) {
        this(number, Optional.of(error), meaning);
    }

    ExitCode(int number, Optional<ErrorCode> error, String meaning) {
        this.number = number;
        this.error = error;
        this.meaning = meaning;
    }

    static ExitCode of(ErrorCode error) {
        return Arrays.stream(values())
                .filter(code -> code.error.equals(Optional.of(error)))
                .findFirst()
                .orElse(INTERNAL);
    }

    int number() {
        return number;
    }

    /** {@return the meaning, with the error's code before it if there is one} */
    String meaning() {
        return error.map(code -> code + ": " + meaning).orElse(meaning);
    }

    /** {@return number to meaning, for the help} */
    static Map<String, String> help() {
        Map<String, String> help = new LinkedHashMap<>();
        for (ExitCode code : values()) {
            help.put(Integer.toString(code.number), code.meaning());
        }
        return help;
    }
}
