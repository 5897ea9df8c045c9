package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.tck.internal.kit.Bench;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every group of rules stands on: how its tests are named, ordered and reported. */
@DisplayNameGeneration(RuleNames.class)
@TestMethodOrder(RuleNames.Order.class)
@ExtendWith(RuleFailures.class)
@ExtendWith(TestBound.class)
interface Rules {

    /** The harness of the adapter under test. */
    AdapterHarness harness();

    /** The id of the rule whose test runs now. */
    String currentRule();

    /** Notes that the adapter refuses what the test that runs now is about, as it should if it does not declare it. */
    void refusedAsDocumented();

    /** An engine that behaves as the script says, and an adapter to it. */
    default Bench open(EngineScript script) {
        return open(script, Map.of());
    }

    /** The same with options of the adapter. */
    default Bench open(EngineScript script, Map<String, String> options) {
        return new Bench(currentRule(), harness(), script, options);
    }

    /** An engine with one fault, for the first task. */
    default Bench open(Fault fault) {
        return open(EngineScript.with(fault));
    }

    /** An engine that generates only as it is let. */
    default Bench openStepped() {
        return open(EngineScript.builder().stepped().build());
    }
}
