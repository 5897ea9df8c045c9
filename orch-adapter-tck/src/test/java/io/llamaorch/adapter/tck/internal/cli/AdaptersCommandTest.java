package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveryReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** REG-03: each provider with its jar, module, version and verdict; a rejected one with reason and remedy. */
class AdaptersCommandTest {

    private static final DiscoveryReport REPORT = DiscoveryReport.of(List.of(
            DiscoveredAdapter.loaded(
                    "p.A", "alpha", "1.2", new DiscoveredAdapter.Origin("file:/m/a%20b.jar", "m.alpha", "boot")),
            DiscoveredAdapter.rejected(
                    "p.B", new DiscoveredAdapter.Origin("", "m.beta", "boot"), "it threw", "ask its author")));

    @Test
    void table_always_tellsOfEachAndWhyOneWasRejected() {
        assertEquals(
                List.of(
                        "ENGINE  VERSION  VERDICT   MODULE   JAR",
                        "alpha   1.2      LOADED    m.alpha  /m/a b.jar",
                        "?                REJECTED  m.beta",
                        "p.B was rejected: it threw; ask its author"),
                AdaptersCommand.lines(REPORT, false));
    }

    @Test
    void json_always_leavesOutWhatIsUnknown() {
        assertEquals(
                List.of(
                        "{\"engine\":\"alpha\",\"version\":\"1.2\",\"verdict\":\"LOADED\",\"provider\":\"p.A\","
                                + "\"module\":\"m.alpha\",\"layer\":\"boot\",\"location\":\"file:/m/a%20b.jar\"}",
                        "{\"verdict\":\"REJECTED\",\"provider\":\"p.B\",\"module\":\"m.beta\",\"layer\":\"boot\","
                                + "\"reason\":\"it threw\",\"remedy\":\"ask its author\"}"),
                AdaptersCommand.lines(REPORT, true));
    }
}
