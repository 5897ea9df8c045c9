package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.FingerprintEntries;
import io.llamaorch.adapter.llamacpp.internal.codec.FingerprintEntries.Server;
import io.llamaorch.adapter.llamacpp.internal.codec.ModelList;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What one job's answer depends on (DET-03). Nothing is put together before somebody looks, and the prompt is not kept for
 * that.
 *
 * <p>Thread safety: calls must be serial.
 */
final class JobFingerprint {

    private final TaskRequest task;
    private final boolean exclusive;
    private final KnownFacts facts;
    private @Nullable FingerprintEntries atStart;

    /**
     * Makes one of which nothing is told yet.
     *
     * @param task the task as it is sent
     * @param engine where
     */
    JobFingerprint(TaskRequest task, Engine engine) {
        this.task = withoutPrompt(task);
        this.exclusive = engine.exclusive();
        this.facts = engine.facts();
    }

    /** What is known when the job starts; empty while nothing is known of the engine. */
    Optional<Fingerprint> atStart() {
        Optional<EngineFacts> known = facts.now();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        FingerprintEntries entries = entries(Server.of(known.get()));
        atStart = entries;
        return Optional.of(Fingerprint.lazily(() -> entries.put(OptionalInt.empty(), OptionalInt.empty())));
    }

    /** What is known at the engine's own end of the job: of the engine that it started on. */
    Fingerprint atEnd(CompletionEvent last) {
        FingerprintEntries entries =
                atStart != null ? atStart : entries(facts.now().map(Server::of).orElse(Server.UNKNOWN));
        OptionalInt slot = known(last.slot());
        OptionalInt cached = known(last.cached());
        return Fingerprint.lazily(() -> entries.put(slot, cached));
    }

    private FingerprintEntries entries(Server server) {
        return new FingerprintEntries(
                task, exclusive, server, facts.models().map(ModelList::identity).orElse(Map.of()));
    }

    private static OptionalInt known(int count) {
        return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
    }

    private static TaskRequest withoutPrompt(TaskRequest task) {
        TaskRequest.Builder rest = TaskRequest.builder("-")
                .jobId(task.jobId())
                .sampling(task.sampling())
                .determinism(task.determinism());
        task.maxTokens().ifPresent(rest::maxTokens);
        task.constraint().ifPresent(rest::constraint);
        task.pin().ifPresent(rest::pin);
        task.extras().forEach((name, value) -> {
            if (value instanceof String text) {
                rest.extra(name, text);
            } else if (value instanceof Long number) {
                rest.extra(name, number);
            } else if (value instanceof Double number) {
                rest.extra(name, number);
            } else {
                rest.extra(name, Boolean.TRUE.equals(value));
            }
        });
        return rest.build();
    }
}
