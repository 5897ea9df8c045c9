package io.llamaorch.adapter.llamacpp.internal.health;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.codec.ModelList;
import io.llamaorch.adapter.llamacpp.internal.codec.SlotState;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * The small questions to one engine: {@code /health}, {@code /props}, {@code /v1/models} and {@code /slots}. None of them
 * costs a token or takes a slot, and none but the last wakes a sleeping engine (contract 3).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EngineQueries {

    private static final int OK = 200;
    private static final String PROPS = "/props";
    private static final String USER_AGENT = "orch-adapter-llamacpp";

    /** How large an answer may be; a kilobyte and a half for each slot, but servers of 2024 showed whole prompts too. */
    private static final int SLOTS_CEILING = 4 << 20;

    private final Transport transport;
    private final Optional<Secret> token;
    private final Failures failures;
    private final Duration connectLimit;
    private final Duration limit;

    /** The credential as it was last read. */
    private volatile @Nullable String credential;

    /**
     * Makes the questions to one engine.
     *
     * @param transport the way to it
     * @param token the credential for it
     * @param failures how its failures are told
     * @param connectLimit how long connecting may take
     * @param limit how long an answer may take
     */
    public EngineQueries(
            Transport transport, Optional<Secret> token, Failures failures, Duration connectLimit, Duration limit) {
        this.transport = transport;
        this.token = token;
        this.failures = failures;
        this.connectLimit = connectLimit;
        this.limit = limit;
    }

    /** Hears an answer: exactly one of the two methods is called, on the I/O thread or, if that is gone, on the asker's. */
    public interface Reply<T> {

        /**
         * The answer.
         *
         * @param value what was asked for
         */
        void answer(T value);

        /**
         * There is none.
         *
         * @param error why
         */
        void failure(WorkerError error);
    }

    /**
     * Adds to a request what every request to this engine has. Reads the credential, which may be a look into a file, so
     * it belongs to the thread of whoever begins something; what follows from it is asked with the same credential.
     *
     * @param request the request
     * @return the same
     * @throws WorkerException if the credential cannot be read now
     */
    public WireRequest.Builder authorized(WireRequest.Builder request) {
        if (token.isPresent()) {
            try {
                credential = token.get().reveal();
            } catch (RuntimeException e) {
                throw new WorkerException(failures.unusableToken(e));
            }
        }
        return withKnownCredential(request);
    }

    /**
     * Adds the same to a request that follows from another, with the credential as that one had it; so it may be called on
     * the I/O thread.
     *
     * @param request the request
     * @return the same
     * @throws WorkerException if the credential cannot be sent
     */
    public WireRequest.Builder withKnownCredential(WireRequest.Builder request) {
        request.header("User-Agent", USER_AGENT).connectLimit(connectLimit);
        String known = credential;
        if (known != null) {
            try {
                request.header("Authorization", "Bearer " + known);
            } catch (IllegalArgumentException e) {
                throw new WorkerException(failures.unusableToken(e));
            }
        }
        return request;
    }

    /**
     * Asks for health, in the engine's own terms.
     *
     * @param listener hears the raw answer
     */
    void health(ExchangeListener listener) {
        transport.exchange(
                authorized(WireRequest.get("/health")).exchangeLimit(limit).build(), listener);
    }

    /**
     * Asks what the engine is; reads the credential.
     *
     * @param reply hears the answer
     */
    public void facts(Reply<EngineFacts> reply) {
        WireRequest.Builder question = WireRequest.get(PROPS).exchangeLimit(limit);
        try {
            authorized(question);
        } catch (WorkerException e) {
            reply.failure(e.error());
            return;
        }
        ask(PROPS, question, EngineFacts::read, reply);
    }

    /**
     * Asks what the engine is, after something else, in less time than other questions have.
     *
     * @param left how long it may take
     * @param reply hears the answer
     */
    public void facts(Duration left, Reply<EngineFacts> reply) {
        ask(PROPS, WireRequest.get(PROPS).exchangeLimit(left), EngineFacts::read, reply);
    }

    /**
     * Asks for every name of the model, and what it is, after something else.
     *
     * @param reply hears the answer
     */
    public void models(Reply<ModelList> reply) {
        models(limit, reply);
    }

    /**
     * Asks for every name of the model, and what it is, after something else, in less time than other questions have.
     *
     * @param left how long it may take
     * @param reply hears the answer
     */
    public void models(Duration left, Reply<ModelList> reply) {
        ask("/v1/models", WireRequest.get("/v1/models").exchangeLimit(left), ModelList::read, reply);
    }

    /**
     * Asks what the slots do, after something else. It wakes a sleeping engine, and asked more than once a second it keeps the engine from
     * noticing that clients have left (contract 9).
     *
     * @param left how long it may take
     * @param reply hears the answer
     */
    public void slots(Duration left, Reply<List<SlotState>> reply) {
        ask("/slots", WireRequest.get("/slots").exchangeLimit(left).bodyCeiling(SLOTS_CEILING), SlotState::read, reply);
    }

    private <T> void ask(String path, WireRequest.Builder question, Function<byte[], T> read, Reply<T> reply) {
        WireRequest request;
        try {
            request = withKnownCredential(question).build();
        } catch (WorkerException e) {
            reply.failure(e.error());
            return;
        }
        transport.exchange(request, new ExchangeListener() {
            @Override
            public void onAnswer(ResponseHead head, byte[] body) {
                if (head.status() != OK) {
                    reply.failure(failures.answer(head, body));
                    return;
                }
                T value;
                try {
                    value = read.apply(body);
                } catch (JacksonException e) {
                    reply.failure(failures.protocol("something else than was asked for by GET " + path, ""));
                    return;
                }
                reply.answer(value);
            }

            @Override
            public void onFailure(WireFailure failure) {
                reply.failure(failures.wire(failure));
            }
        });
    }
}
