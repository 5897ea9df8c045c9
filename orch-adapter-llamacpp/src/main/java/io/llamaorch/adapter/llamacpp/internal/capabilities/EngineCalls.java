package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/**
 * Asks one engine what it can do beside generating, one exchange for each question.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EngineCalls {

    /** Nothing behind this is looked at in the body of a failure (SEC-05): 64 KiB. */
    private static final int LARGEST_ERROR = 64 << 10;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int NOT_IMPLEMENTED = 501;

    private final Transport transport;
    private final EngineQueries queries;
    private final Failures failures;
    private final Duration limit;
    private final String limitOption;

    /**
     * Makes the calls to one engine.
     *
     * @param transport the way to it
     * @param queries knows what every request to it has
     * @param failures how its failures are told
     * @param limit how long each answer may take
     * @param limitOption the option that sets it
     */
    public EngineCalls(
            Transport transport, EngineQueries queries, Failures failures, Duration limit, String limitOption) {
        this.transport = transport;
        this.queries = queries;
        this.failures = failures;
        this.limit = limit;
        this.limitOption = limitOption;
    }

    /** Asks; reads the credential, so not on the I/O thread. */
    <T> void ask(Question<T> question, EngineQueries.Reply<T> reply) {
        try {
            queries.authorized(question.request());
        } catch (WorkerException e) {
            reply.failure(e.error());
            return;
        }
        send(question, reply);
    }

    /** Asks what follows from another question, with the credential that it had. */
    <T> void askOn(Question<T> question, EngineQueries.Reply<T> reply) {
        try {
            queries.withKnownCredential(question.request());
        } catch (WorkerException e) {
            reply.failure(e.error());
            return;
        }
        send(question, reply);
    }

    private <T> void send(Question<T> question, EngineQueries.Reply<T> reply) {
        WireRequest request = question.request()
                .exchangeLimit(limit)
                .bodyCeiling(question.ceiling())
                .build();
        transport.exchange(request, new ExchangeListener() {
            @Override
            public void onAnswer(ResponseHead head, byte[] body) {
                if (head.status() != OK) {
                    reply.failure(refusal(question, head, body));
                    return;
                }
                T value;
                try {
                    value = question.read().apply(body);
                } catch (JacksonException e) {
                    reply.failure(failures.protocol("something else than was asked for by " + question.path(), ""));
                    return;
                } catch (UnusableAnswerException e) {
                    reply.failure(failures.explained(e.code(), e.what(), e.remedy(), ""));
                    return;
                }
                reply.answer(value);
            }

            @Override
            public void onFailure(WireFailure failure) {
                reply.failure(
                        failure.kind() == WireFailure.Kind.TOO_LARGE
                                ? failures.explained(
                                        ErrorCode.PROTOCOL,
                                        "answered " + question.path() + " with more than the " + question.ceiling()
                                                + " bytes that are read",
                                        question.oversize(),
                                        "")
                                : failures.wire(failure, limitOption));
            }
        });
    }

    private WorkerError refusal(Question<?> question, ResponseHead head, byte[] body) {
        byte[] error = body.length <= LARGEST_ERROR ? body : Arrays.copyOf(body, LARGEST_ERROR);
        Optional<EngineError> said = head.isCompressed() ? Optional.empty() : EngineError.in(error);
        String words = said.map(EngineError::message).orElse("");
        if (head.status() == NOT_IMPLEMENTED || head.status() == NOT_FOUND) {
            String what = "cannot do " + question.path() + " (" + head.status() + ")";
            return failures.explained(ErrorCode.UNSUPPORTED, what, question.lacking(), words);
        }
        return said.filter(EngineError::isEnvelope)
                .flatMap(own -> question.refusal().meaning(head.status(), own))
                .map(meaning -> failures.explained(meaning.code(), meaning.what(), meaning.remedy(), words))
                .orElseGet(() -> failures.answer(head, error));
    }
}
