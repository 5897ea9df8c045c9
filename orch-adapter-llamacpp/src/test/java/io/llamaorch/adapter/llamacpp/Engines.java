package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.llamacpp.internal.slots.SessionLimits;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TimeSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Puts an engine together as an adapter does, behind a transport of the test's. */
final class Engines {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** What is known of an engine of which everything is known. */
    static final String PROPS = "{\"build_info\":\"v1\",\"model_alias\":\"m\"}";

    private Engines() {}

    /** One of which everything is known already, so that its tasks ask nothing but their own. */
    static Engine known(Transport transport, TimeSource time) {
        Engine engine = unknown(transport, time);
        engine.facts().learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        return engine;
    }

    /** A ledger of an engine that others use too. */
    static SlotLedger ledger(TimeSource time, KnownFacts facts) {
        return new SlotLedger(time, new SessionLimits(Duration.ofHours(1), 0), false, facts::slots);
    }

    /** One of which nothing is known yet. */
    static Engine unknown(Transport transport, TimeSource time) {
        return unknown(transport, time, Optional.empty());
    }

    /** The same, but it wants this token. */
    static Engine unknown(Transport transport, TimeSource time, Optional<Secret> token) {
        Failures failures = new Failures("http://engine-1:8080", token);
        EngineQueries queries = new EngineQueries(transport, token, failures, LIMIT, LIMIT);
        KnownFacts facts = new KnownFacts(queries, time);
        LastBytes lastBytes = new LastBytes(time, Duration.ofSeconds(30));
        CancelProofs proofs = new CancelProofs(queries, facts, time);
        return new Engine(transport, queries, facts, failures, lastBytes, proofs, ledger(time, facts), time, false);
    }
}
