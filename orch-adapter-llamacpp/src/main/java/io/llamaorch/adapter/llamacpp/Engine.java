package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.TimeSource;

/**
 * The engine as all tasks of one adapter see it.
 *
 * <p>Thread safety: safe for concurrent use.
 *
 * @param transport the way to it
 * @param queries the small questions to it
 * @param facts what is known of it
 * @param failures how its failures are told
 * @param lastBytes when it last streamed to us
 * @param proofs what proves that cancelled jobs have left it
 * @param ledger which session sits in which slot
 * @param time the clock
 * @param exclusive whether it serves this host only
 */
record Engine(
        Transport transport,
        EngineQueries queries,
        KnownFacts facts,
        Failures failures,
        LastBytes lastBytes,
        CancelProofs proofs,
        SlotLedger ledger,
        TimeSource time,
        boolean exclusive) {}
