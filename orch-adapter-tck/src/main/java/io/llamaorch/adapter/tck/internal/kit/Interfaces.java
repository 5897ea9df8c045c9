package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatTemplates;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.Patience;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The capability interfaces of the adapter under test, asked. Calls must be serial. */
public final class Interfaces {

    /** Words that come back from a tokenizer as they were, but for blanks around them. */
    public static final String WORDS = "Once upon a time";

    private static final Map<Capability, Class<?>> TYPES = Map.of(
            Capability.TOKENIZATION, Tokenization.class,
            Capability.CHAT_TEMPLATES, ChatTemplates.class,
            Capability.EMBEDDINGS, Embeddings.class,
            Capability.ENGINE_METRICS, EngineMetrics.class);

    private final Bench bench;

    public Interfaces(Bench bench) {
        this.bench = bench;
    }

    /** The interface of a capability, if that is declared; it must be there then, and only then. */
    public <T> Optional<T> find(Class<T> type, Capability capability) {
        boolean declared = bench.factory().descriptor().capabilities().contains(capability);
        Optional<T> found = bench.adapter().capability(type);
        bench.check(
                found.isPresent() == declared,
                type.getSimpleName() + " if " + capability + " is declared, and only then",
                () -> (declared ? "declared, and " : "not declared, and ")
                        + found.map(there -> "there").orElse("not there"),
                "the descriptor declares what is not built, or does not say all that the adapter can");
        return found;
    }

    /** Whether the engine cannot do this, which its script could not know, and the adapter says so. */
    public boolean isRefusedByTheEngine(Capability capability) throws InterruptedException {
        return bench.engine().mayLack().contains(capability)
                && failureOf(simplest(capability))
                        .filter(Interfaces::isUnsupported)
                        .isPresent();
    }

    private static boolean isUnsupported(Throwable failure) {
        return failure instanceof WorkerException known && known.error().code() == ErrorCode.UNSUPPORTED;
    }

    /** The simplest question to each interface that is declared. */
    public Map<Capability, CompletionStage<?>> askAll() {
        Map<Capability, CompletionStage<?>> asked = new EnumMap<>(Capability.class);
        TYPES.forEach((capability, type) -> {
            if (find(type, capability).isPresent()) {
                asked.put(capability, simplest(capability));
            }
        });
        return asked;
    }

    /** The simplest question to an interface that is there. */
    private CompletionStage<?> simplest(Capability capability) {
        return switch (capability) {
            case TOKENIZATION -> there(Tokenization.class).tokenize(WORDS);
            case CHAT_TEMPLATES ->
                there(ChatTemplates.class)
                        .render(new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, WORDS)), List.of()));
            case EMBEDDINGS -> there(Embeddings.class).embed(List.of(WORDS));
            default -> there(EngineMetrics.class).read();
        };
    }

    private <T> T there(Class<T> type) {
        return bench.adapter().capability(type).orElseThrow();
    }

    /** The stage must fail with this code. */
    public void mustFail(String what, ErrorCode code, CompletionStage<?> stage, String cause)
            throws InterruptedException {
        Optional<Throwable> failure = failureOf(stage);
        bench.check(
                failure.orElse(null) instanceof WorkerException known
                        && known.error().code() == code,
                what + " fails with " + code,
                () -> failure.map(thrown -> "the stage failed with " + thrown).orElse("the stage completed well"),
                cause);
    }

    /** Why a stage fails, which must be over in time; empty if it does not. */
    public Optional<Throwable> failureOf(CompletionStage<?> stage) throws InterruptedException {
        try {
            stage.toCompletableFuture().get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            Throwable why = Objects.requireNonNull(e.getCause());
            return Optional.of(why instanceof CompletionException ? Objects.requireNonNull(why.getCause()) : why);
        } catch (TimeoutException e) {
            throw bench.broken(
                    "an answer, or a failure",
                    "the stage did not complete within " + Patience.mustHappen(),
                    "an answer that never comes is waited for without a limit on AdapterConfig.timeSource()");
        }
    }
}
