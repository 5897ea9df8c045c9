package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.internal.engine.EngineOptions;
import io.llamaorch.adapter.tck.internal.engine.EngineServer;
import io.llamaorch.adapter.tck.internal.engine.EngineState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * An engine that needs no model: it speaks llama.cpp's dialect, or {@linkplain EngineDialect another one}, on a port of
 * 127.0.0.1 and tells small stories.
 *
 * <p>It obeys the request (limits, stop words, seed, sampling, slots) rather than replaying a recording, so that an
 * adapter that drops a field is found out. The same prompt, settings and seed give the same text in every process; at
 * temperature 0 the seed plays no part. Faults can be queued for the completions to come.
 *
 * <pre>{@code
 * try (ScriptedEngine engine = ScriptedEngine.builder().slots(2).start()) {
 *     engine.enqueueFault(new StreamFault.CutAfterTokens(3));
 *     URI url = engine.url();
 * }
 * }</pre>
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ScriptedEngine implements TestEngine {
    /** How many requests run at a time unless said otherwise. */
    public static final int DEFAULT_SLOTS = 4;

    /** How many tokens of prompt and text together a slot holds unless said otherwise. */
    public static final int DEFAULT_CONTEXT_SIZE = 4096;

    /** A pace in tokens a second that reads well on a terminal. */
    public static final double DEMO_PACE = 50;

    /** The name that the model goes by unless said otherwise. */
    public static final String DEFAULT_MODEL = "storyteller";

    private final EngineState state;
    private final EngineServer server;
    private final URI url;
    private final Optional<String> apiKey;
    private final EngineDialect dialect;
    private final String prefix;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ScriptedEngine(Builder builder) {
        EngineOptions options = new EngineOptions(
                builder.port,
                builder.slots,
                builder.contextSize,
                builder.modelAlias,
                builder.modelPath,
                builder.apiKey,
                builder.prefix,
                builder.pace,
                builder.promptPace,
                builder.stepped,
                builder.dialect,
                builder.deafTo,
                builder.embeddings,
                builder.metrics,
                builder.answer);
        state = new EngineState(options, builder.loading);
        state.sleeping(builder.sleeping);
        builder.faults.forEach(state::enqueue);
        server = new EngineServer(state);
        apiKey = builder.apiKey;
        dialect = builder.dialect;
        prefix = builder.prefix;
        url = URI.create("http://127.0.0.1:" + server.port() + builder.prefix);
    }

    /**
     * Begins to set up an engine.
     *
     * @return a builder whose {@link Builder#start()} starts it
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts an engine of today's dialect that behaves as a conformance test asks.
     *
     * @param script how it is to behave
     * @return an engine that answers already
     */
    public static ScriptedEngine start(EngineScript script) {
        return builder().script(script).start();
    }

    /**
     * Where to reach the engine, with its prefix and without a slash at the end.
     *
     * @return an address such as {@code http://127.0.0.1:40123}
     */
    public URI url() {
        return url;
    }

    /**
     * The port that it listens on.
     *
     * @return the port given, or the free one that was found
     */
    public int port() {
        return server.port();
    }

    /**
     * Says whether the model is still loading; while it is, every path answers 503.
     *
     * @param loading whether it is
     */
    public void loading(boolean loading) {
        state.loading(loading);
    }

    /**
     * Has a completion request to come go wrong: the next one for which no fault is queued yet.
     *
     * @param fault what goes wrong
     */
    public void enqueueFault(Fault fault) {
        state.enqueue(queueable(fault));
    }

    private static Fault queueable(Fault fault) {
        if (Objects.requireNonNull(fault, "fault") instanceof ConnectionFault) {
            throw new IllegalArgumentException(
                    fault.text() + " comes before any request and cannot wait for one: set it with always");
        }
        return fault;
    }

    @Override
    public void always(Fault fault) {
        Objects.requireNonNull(fault, "fault");
        server.connections(fault instanceof ConnectionFault connections ? connections : null);
        state.always(fault instanceof ConnectionFault ? Optional.empty() : Optional.of(fault));
    }

    @Override
    public void well() {
        server.connections(null);
        state.always(Optional.empty());
    }

    /**
     * Puts the model away, as after a while without tasks: the next task, and any request that is not for health,
     * properties, models or metrics, wakes the engine.
     */
    public void sleep() {
        state.sleeping(true);
    }

    @Override
    public AdapterConfig.Builder configure(AdapterConfig.Builder config) {
        config.url(url.toString());
        apiKey.ifPresent(key -> config.token(Secret.of(key)));
        return config;
    }

    @Override
    public void release(int tokens) {
        Checks.positive("tokens", tokens);
        state.release(tokens);
    }

    @Override
    public int tasks() {
        return state.completions();
    }

    @Override
    public int slotsTaken() {
        return state.slotsTaken();
    }

    @Override
    public int wakeUps() {
        return state.wakeUps();
    }

    @Override
    public int connectionsOpen() {
        return server.connectionsOpen();
    }

    @Override
    public String textSent() {
        return state.textSent();
    }

    @Override
    public int strayInput() {
        return state.strayInput();
    }

    @Override
    public boolean runsOn(Thread thread) {
        return server.runsOn(thread);
    }

    @Override
    public Set<Fact> tells() {
        return dialect.tells();
    }

    @Override
    public Set<Capability> mayLack() {
        return dialect.lacks();
    }

    @Override
    public OptionalInt metricReadings() {
        return OptionalInt.of(state.requests(prefix + "/metrics"));
    }

    @Override
    public String exchange() {
        return state.exchange();
    }

    /**
     * The clients that closed their connections before the engine did, in their order.
     *
     * @return when each left and how; the last thousand if there were more
     */
    public List<ClientDeparture> departures() {
        return server.departures();
    }

    @Override
    public boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        return state.await(condition, atMost);
    }

    /**
     * How many requests came for a path, whatever the answer was.
     *
     * @param path the path with the prefix and without the query, such as {@code /completion}
     * @return a count since the start
     */
    public int requests(String path) {
        return state.requests(path);
    }

    /**
     * The body of the last completion request, as its client sent it.
     *
     * @return the text, empty before the first one
     */
    public String lastRequestBody() {
        return state.lastBody();
    }

    /**
     * How many slots are busy now.
     *
     * @return a number from 0 to the number of slots
     */
    @Override
    public int slotsBusy() {
        return state.busy();
    }

    /**
     * How many completions wait for a slot now.
     *
     * @return their number
     */
    @Override
    public int tasksQueued() {
        return state.queued();
    }

    /**
     * How many tokens were generated.
     *
     * @return a count over all requests since the start
     */
    @Override
    public long tokensGenerated() {
        return state.tokens();
    }

    /**
     * How many completions, waiting or running, ended because their client left.
     *
     * @return a count since the start
     */
    @Override
    public int clientsLeft() {
        return state.left();
    }

    /**
     * Waits until the engine is as described: for tests, which then need not sleep. The condition is asked again
     * whenever a count changes, while the engine's requests wait for it; it must be quick. An interrupt ends the wait.
     *
     * @param condition what to wait for
     * @param atMost how long to wait
     * @return whether the condition held within that time
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean await(Predicate<ScriptedEngine> condition, Duration atMost) throws InterruptedException {
        return state.await(() -> condition.test(this), atMost);
    }

    /**
     * Ends every exchange, frees the port and waits at most a few seconds for its threads to end. Further calls do
     * nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            server.close();
        }
    }

    /**
     * Sets up an engine.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private int port;
        private int slots = DEFAULT_SLOTS;
        private int contextSize = DEFAULT_CONTEXT_SIZE;
        private String modelAlias = DEFAULT_MODEL;
        private String modelPath = "/models/" + DEFAULT_MODEL + ".gguf";
        private Optional<String> apiKey = Optional.empty();
        private String prefix = "";
        private double pace;
        private double promptPace;
        private boolean stepped;
        private boolean sleeping;
        private final List<Fault> faults = new ArrayList<>();
        private boolean loading;
        private EngineDialect dialect = EngineDialect.LLAMA_CPP;
        private Set<String> deafTo = Set.of();
        private boolean embeddings;
        private boolean metrics = true;
        private Optional<EngineScript.Answer> answer = Optional.empty();

        private Builder() {}

        /**
         * The port on 127.0.0.1; a free one unless set.
         *
         * @param port from 0 (a free one) to 65535
         * @return this
         */
        public Builder port(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port must be from 0 to 65535, but is " + port);
            }
            this.port = port;
            return this;
        }

        /**
         * How many requests run at a time; {@link #DEFAULT_SLOTS} unless set.
         *
         * @param slots 1 or more
         * @return this
         */
        public Builder slots(int slots) {
            Checks.positive("slots", slots);
            this.slots = slots;
            return this;
        }

        /**
         * How many tokens of prompt and text together a slot holds; {@link #DEFAULT_CONTEXT_SIZE} unless set.
         *
         * @param tokens 1 or more
         * @return this
         */
        public Builder contextSize(int tokens) {
            Checks.positive("contextSize", tokens);
            this.contextSize = tokens;
            return this;
        }

        /**
         * The name that the model goes by; {@link #DEFAULT_MODEL} unless set.
         *
         * @param alias the name
         * @return this
         */
        public Builder modelAlias(String alias) {
            this.modelAlias = Objects.requireNonNull(alias, "alias");
            return this;
        }

        /**
         * Where the model is said to lie; no such file is needed.
         *
         * @param path the path
         * @return this
         */
        public Builder modelPath(String path) {
            this.modelPath = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * The key that requests must carry; none is asked for unless set.
         *
         * @param key the key
         * @return this
         */
        public Builder apiKey(String key) {
            this.apiKey = Optional.of(key);
            return this;
        }

        /**
         * What every path begins with; nothing unless set.
         *
         * @param prefix empty, or beginning with a slash and not ending with one
         * @return this
         */
        public Builder prefix(String prefix) {
            if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
                throw new IllegalArgumentException("prefix must begin with a slash and not end with one: " + prefix);
            }
            this.prefix = prefix;
            return this;
        }

        /**
         * How fast each stream comes; as fast as it goes unless set.
         *
         * @param tokensPerSecond the pace, such as {@link #DEMO_PACE}; 0 for as fast as it goes
         * @return this
         */
        public Builder pace(double tokensPerSecond) {
            Checks.notNegative("pace", tokensPerSecond);
            this.pace = tokensPerSecond;
            return this;
        }

        /**
         * How fast prompts are evaluated; at once unless set.
         *
         * @param tokensPerSecond the pace, 0 for at once
         * @return this
         */
        public Builder promptPace(double tokensPerSecond) {
            Checks.notNegative("promptPace", tokensPerSecond);
            this.promptPace = tokensPerSecond;
            return this;
        }

        /**
         * Whether tokens are generated only as {@link ScriptedEngine#release} lets them; they are not unless set.
         * Keep-alive comments that a fault sends wait for it too.
         *
         * @param stepped whether they are
         * @return this
         */
        public Builder stepped(boolean stepped) {
            this.stepped = stepped;
            return this;
        }

        /**
         * Whether the model is put away at first; it is not unless set.
         *
         * @param sleeping whether it is
         * @return this
         */
        public Builder sleeping(boolean sleeping) {
            this.sleeping = sleeping;
            return this;
        }

        /**
         * Takes over all that a conformance test asks of an engine.
         *
         * @param script how it is to behave
         * @return this
         */
        public Builder script(EngineScript script) {
            script.faults().forEach(fault -> faults.add(queueable(fault)));
            script.token().ifPresent(token -> apiKey(token.reveal()));
            script.answer().ifPresent(this::answer);
            return slots(script.slots())
                    .embeddings(!script.lacking().contains(Capability.EMBEDDINGS))
                    .metrics(!script.lacking().contains(Capability.ENGINE_METRICS))
                    .stepped(script.stepped())
                    .loading(script.state() == EngineScript.State.LOADING)
                    .sleeping(script.state() == EngineScript.State.SLEEPING);
        }

        /**
         * Whether the model is loading at first; it is not unless set.
         *
         * @param loading whether it is
         * @return this
         */
        public Builder loading(boolean loading) {
            this.loading = loading;
            return this;
        }

        /**
         * Whether the engine was started for embeddings; it was not unless set, as {@code --embeddings} is.
         *
         * @param embeddings whether it was
         * @return this
         */
        public Builder embeddings(boolean embeddings) {
            this.embeddings = embeddings;
            return this;
        }

        /**
         * Whether the engine was started to show its metrics; it was unless set, as with {@code --metrics}.
         *
         * @param metrics whether it was
         * @return this
         */
        public Builder metrics(boolean metrics) {
            this.metrics = metrics;
            return this;
        }

        /**
         * Which protocol the engine speaks; {@link EngineDialect#LLAMA_CPP} unless set.
         *
         * @param dialect the protocol
         * @return this
         */
        public Builder dialect(EngineDialect dialect) {
            this.dialect = Objects.requireNonNull(dialect, "dialect");
            return this;
        }

        /**
         * Which fields of a request's body the engine does not see, as if an adapter had left them out: for tests that
         * prove that a field matters. It sees all of them unless set.
         *
         * @param fields their names
         * @return this
         */
        public Builder deafTo(String... fields) {
            this.deafTo = Set.of(fields);
            return this;
        }

        /**
         * What the model says to whatever it is asked; it tells stories unless set. On the chat endpoints of today its
         * reasoning and its calls are told apart; elsewhere they stand in the text between their marks.
         *
         * @param said what it says
         * @return this
         */
        public Builder answer(EngineScript.Answer said) {
            this.answer = Optional.of(said);
            return this;
        }

        /**
         * Starts the engine.
         *
         * @return an engine that answers already
         * @throws java.io.UncheckedIOException if the port cannot be had
         */
        public ScriptedEngine start() {
            return new ScriptedEngine(this);
        }
    }
}
