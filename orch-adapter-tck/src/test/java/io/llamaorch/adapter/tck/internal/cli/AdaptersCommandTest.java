package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
                        "ENGINE  VERSION  VERDICT   LAYER  JAR",
                        "alpha   1.2      LOADED    boot   a b.jar",
                        "?                REJECTED  boot",
                        "",
                        "REJECTED p.B, module m.beta",
                        "  why: it threw",
                        "  do:  ask its author"),
                AdaptersCommand.lines(REPORT, false));
    }

    @Test
    void table_whateverIsInIt_fitsEightyColumns() {
        String folder = "file:/opt/" + "a-folder-with-a-long-name/".repeat(4);
        DiscoveredAdapter.Origin origin = new DiscoveredAdapter.Origin(
                folder + "orch-adapter-of-somebody-1.0.0-SNAPSHOT-with-a-long-name.jar",
                "io.somebody.adapter.with.a.long.name",
                "plugins/an-adapter-of-somebody-with-a-long-name");
        DiscoveredAdapter adapter =
                DiscoveredAdapter.loaded("p.A", "an-engine-with-a-long-name", "1.0.0-SNAPSHOT", origin);

        List<String> lines = AdaptersCommand.lines(
                DiscoveryReport.of(List.of(adapter, adapter.butRejected("word ".repeat(40), "deed ".repeat(40)))),
                false);

        lines.stream()
                .filter(line -> !line.contains("/opt/")) // a path is never broken: people copy it
                .forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= 80, line));
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
