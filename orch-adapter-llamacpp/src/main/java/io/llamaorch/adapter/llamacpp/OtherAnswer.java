package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.spi.WorkerError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An answer that is no event stream: its body is gathered as far as it is worth reading, and then it is an error.
 *
 * <p>Thread safety: belongs to the I/O thread.
 */
final class OtherAnswer {

    /** How much of the body is read (SEC-05). */
    private static final int LIMIT = 64 * 1024;

    private static final int OK = 200;

    private final ResponseHead head;
    private final Failures failures;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    OtherAnswer(ResponseHead head, Failures failures) {
        this.head = head;
        this.failures = failures;
    }

    /** Whether the status alone says that the engine refused. */
    boolean refuses() {
        return head.status() != OK;
    }

    /**
     * Whether the engine certainly does not work on the job: the request was refused, by whomever, or the engine itself says
     * that it failed. A gateway that fails may have passed the request on before; some answer 503 then, like an engine that
     * is not ready, so its words decide.
     */
    boolean leavesNothing() {
        return switch (head.status()) {
            case OK, 500, 501, 503 ->
                EngineError.in(body.toByteArray())
                        .filter(EngineError::isTheEnginesOwn)
                        .isPresent();
            default -> head.status() / 100 == 4;
        };
    }

    /** Takes a part of the body; says whether more of it is wanted. */
    boolean take(byte[] bytes, int from, int to) {
        body.write(bytes, from, Math.min(to - from, LIMIT - body.size()));
        return body.size() < LIMIT;
    }

    /** The failure that it stands for, by what was taken so far. */
    WorkerError error() {
        byte[] said = body.toByteArray();
        if (refuses()) {
            return failures.answer(head, said);
        }
        String type = head.contentType().isEmpty() ? "no content type" : head.contentType();
        return EngineError.in(said)
                .map(failures::inStream)
                .orElseGet(() -> failures.protocol(
                        (said.length == 0 ? "an empty body (" : "a body of another kind (") + type
                                + ") instead of an event stream",
                        new String(said, StandardCharsets.UTF_8)));
    }
}
