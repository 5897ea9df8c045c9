package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.EngineMetrics;
import io.llamaorch.adapter.spi.ErrorCode;
import java.util.Map;
import java.util.stream.Collectors;

/** HLT-07: the engine's metrics. */
interface MetricRules extends InterfaceTrials {

    @Rule("HLT-07")
    default void hlt07_metrics_areReadWhenAskedAndOnlyThen() throws InterruptedException {
        declared(EngineScript.WELL, EngineMetrics.class, Capability.ENGINE_METRICS, (bench, metrics) -> {
            int before = bench.engine().metricReadings().orElse(0);
            bench.mustEnd(bench.run());
            bench.get("an answer on health", bench.adapter().health());
            bench.get("the properties", bench.adapter().properties());
            int meanwhile = bench.engine().metricReadings().orElse(0);
            bench.get("the metrics", metrics.read());
            int after = bench.engine().metricReadings().orElse(1 + before);
            bench.check(
                    meanwhile == before && after == before + 1,
                    "one reading of the metrics for one that was asked for, and none for a task, health and properties",
                    () -> meanwhile - before + " readings that nobody asked for, then " + (after - meanwhile),
                    "metrics are read for health or for properties, which resets an engine's rates");
        });
    }

    @Rule("HLT-07")
    default void hlt07_counters_riseWithTheWork() throws InterruptedException {
        declared(EngineScript.WELL, EngineMetrics.class, Capability.ENGINE_METRICS, (bench, metrics) -> {
            Map<String, Double> before = counters(bench.get("the metrics", metrics.read()));
            bench.mustEnd(bench.run());
            bench.engineMust("no slot busy", () -> bench.engine().slotsBusy() == 0);
            Map<String, Double> after = counters(bench.get("the metrics", metrics.read()));
            bench.check(
                    before.entrySet().stream()
                                    .allMatch(
                                            counter -> after.getOrDefault(counter.getKey(), -1.0) >= counter.getValue())
                            && after.entrySet().stream()
                                    .anyMatch(
                                            counter -> counter.getValue() > before.getOrDefault(counter.getKey(), 0.0)),
                    "counters that a task raises, and none that falls",
                    () -> before + ", then " + after,
                    "counters are told as gauges, or what was read once is told again");
        });
    }

    @Rule("HLT-07")
    default void hlt07_engineNotStartedForThem_isUnsupported() throws InterruptedException {
        declared(
                EngineScript.builder().without(Capability.ENGINE_METRICS).build(),
                EngineMetrics.class,
                Capability.ENGINE_METRICS,
                (bench, metrics) -> InterfaceTrials.mustFail(
                        bench,
                        "what the engine was not started for",
                        ErrorCode.UNSUPPORTED,
                        metrics.read(),
                        "metrics that are switched off are told as none"));
    }

    private static Map<String, Double> counters(EngineMetrics.Snapshot snapshot) {
        return snapshot.readings().stream()
                .filter(reading -> reading.kind() == EngineMetrics.Kind.COUNTER)
                .collect(Collectors.toMap(
                        reading -> reading.name() + reading.labels(), EngineMetrics.Reading::value, Double::sum));
    }
}
