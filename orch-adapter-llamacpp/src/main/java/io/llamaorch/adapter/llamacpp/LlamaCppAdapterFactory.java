package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterDescriptor;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes adapters for llama.cpp's HTTP server. All adapters of one factory share one I/O thread, which the first request
 * starts and the last adapter's close ends.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class LlamaCppAdapterFactory implements AdapterFactory {

    /** The engine's name: {@value}. */
    public static final String ENGINE = "llamacpp";

    static final String CONNECT_TIMEOUT = "connect-timeout";
    static final String HEALTH_TIMEOUT = "health-timeout";
    static final String EXCLUSIVE = "exclusive";
    static final String SESSION_IDLE = "session-idle";
    static final String SESSION_TURNS = "session-turns";
    static final String REQUEST_TIMEOUT = "request-timeout";

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final List<OptionSpec> OPTIONS = Stream.concat(
                    Stream.of(
                            OptionSpec.duration(CONNECT_TIMEOUT, Duration.ofSeconds(5))
                                    .range(SHORTEST, LONGEST)
                                    .describedAs("longest time to look up the name and to connect, with TLS")
                                    .build(),
                            OptionSpec.duration(HEALTH_TIMEOUT, Duration.ofSeconds(5))
                                    .range(SHORTEST, LONGEST)
                                    .describedAs("longest time for a health check, or to read properties")
                                    .build(),
                            OptionSpec.duration(REQUEST_TIMEOUT, Duration.ofSeconds(60))
                                    .range(SHORTEST, LONGEST)
                                    .describedAs(
                                            "longest time to split or join tokens, to apply a chat template, to embed"
                                                    + " up to 32 texts, or to read metrics")
                                    .build(),
                            OptionSpec.flag(EXCLUSIVE, false)
                                    .describedAs("this server serves only this host; determinism above best effort"
                                            + " needs it, and sessions profit")
                                    .build(),
                            OptionSpec.duration(SESSION_IDLE, Duration.ofHours(1))
                                    .range(SHORTEST, Duration.ofDays(7))
                                    .describedAs("how long a session is remembered after its last turn")
                                    .build(),
                            OptionSpec.integer(SESSION_TURNS, 0)
                                    .range(0, Integer.MAX_VALUE)
                                    .describedAs("after so many turns a session begins anew, with nothing reused; 0 for"
                                            + " never")
                                    .build()),
                    Stream.concat(TlsOptions.specs().stream(), StreamLimits.options().stream()))
            .toList();

    private final SharedLoop loop = new SharedLoop();

    /** Makes a factory; does nothing else. */
    public LlamaCppAdapterFactory() {}

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public AdapterDescriptor descriptor() {
        return AdapterDescriptor.builder("llama.cpp server", version(), AdapterDescriptor.SPI_GENERATION)
                .capabilities(
                        Capability.TOKEN_PROMPTS,
                        Capability.CHAT_PROMPTS,
                        Capability.MEDIA,
                        Capability.TOOL_CALLS,
                        Capability.REASONING,
                        Capability.STOP_STRINGS,
                        Capability.SEED,
                        Capability.JSON_SCHEMA,
                        Capability.GRAMMAR,
                        Capability.LOG_PROBABILITIES,
                        Capability.DETERMINISM,
                        Capability.PROGRESS,
                        Capability.SESSIONS,
                        Capability.SLOT_PIN,
                        Capability.CANCEL_PROOF,
                        Capability.TOKENIZATION,
                        Capability.CHAT_TEMPLATES,
                        Capability.EMBEDDINGS,
                        Capability.ENGINE_METRICS,
                        Capability.SLOT_CACHES)
                .options(OPTIONS)
                .build();
    }

    /**
     * Makes an adapter for one server.
     *
     * @param config needs the server's base URL, such as {@code http://127.0.0.1:8080} or {@code https://engine-1:8443};
     *     options as the descriptor says
     * @return the adapter
     * @throws IllegalArgumentException if the URL is missing or malformed, or an option is wrong
     */
    @Override
    public WorkerAdapter create(AdapterConfig config) {
        return LlamaCppAdapter.create(config, OPTIONS, loop);
    }

    private static String version() {
        return Optional.ofNullable(LlamaCppAdapterFactory.class.getModule().getDescriptor())
                .flatMap(descriptor -> descriptor.rawVersion())
                .or(() -> Optional.ofNullable(
                        LlamaCppAdapterFactory.class.getPackage().getImplementationVersion()))
                .orElse("unknown");
    }
}
