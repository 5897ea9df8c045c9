package io.llamaorch.adapter.spi;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Reads the engine's own counters (HLT-07); see {@link Capability#ENGINE_METRICS}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}.
 */
public interface EngineMetrics {

    /**
     * Reads them once. Nothing is read unless this is called: some engines reset their rates at each reading.
     *
     * @return a stage with the readings; fails with {@link ErrorCode#UNSUPPORTED} where the engine has them switched off
     */
    CompletionStage<Snapshot> read();

    /**
     * What was read at one time.
     *
     * @param at when
     * @param readings in the engine's order
     */
    record Snapshot(Instant at, List<Reading> readings) {

        /**
         * Copies the readings.
         *
         * @param at when
         * @param readings in the engine's order
         */
        public Snapshot {
            Objects.requireNonNull(at, "at");
            readings = List.copyOf(readings);
        }
    }

    /**
     * One value.
     *
     * @param name the engine's name for it
     * @param kind how it behaves over time
     * @param labels name to value; empty for most
     * @param value the value
     */
    record Reading(String name, Kind kind, Map<String, String> labels, double value) {

        /**
         * Copies the labels.
         *
         * @param name the engine's name for it
         * @param kind how it behaves over time
         * @param labels name to value; empty for most
         * @param value the value
         */
        public Reading {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(kind, "kind");
            labels = Map.copyOf(labels);
        }
    }

    /** How a value behaves over time. */
    enum Kind {
        /** Only rises. */
        COUNTER,
        /** Rises and falls. */
        GAUGE
    }
}
