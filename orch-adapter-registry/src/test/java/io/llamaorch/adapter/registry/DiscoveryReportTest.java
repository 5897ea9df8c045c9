package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiscoveryReportTest {

    private static final Origin JAR = new Origin("file:/lib/a.jar", "", "none");
    private static final Origin MODULE = new Origin("file:/lib/b.jar", "some.module", "boot");

    private final DiscoveredAdapter good = DiscoveredAdapter.loaded("p.Good", "good", "1.0", JAR);
    private final DiscoveredAdapter bad = DiscoveredAdapter.rejected("p.Bad", MODULE, "it is broken", "mend it");

    @Test
    void toString_whenEmpty_saysSo() {
        assertEquals("no adapter was found", DiscoveryReport.of(List.of()).toString());
    }

    @Test
    void toString_whenSeveral_hasALineForEachInTheirOrder() {
        assertEquals(
                List.of(
                        "LOADED good 1.0 (p.Good) from the class path in file:/lib/a.jar",
                        "REJECTED p.Bad from module some.module in file:/lib/b.jar: it is broken; mend it"),
                DiscoveryReport.of(List.of(good, bad)).toString().lines().toList());
    }

    @Test
    void rejected_whenSomeLoaded_leavesThoseOut() {
        assertEquals(List.of(bad), DiscoveryReport.of(List.of(good, bad)).rejected());
    }

    @Test
    void adapters_whenTheSourceListChanges_stay() {
        List<DiscoveredAdapter> source = new ArrayList<>(List.of(good));
        DiscoveryReport report = DiscoveryReport.of(source);
        source.clear();
        assertEquals(List.of(good), report.adapters());
        assertThrows(
                UnsupportedOperationException.class, () -> report.adapters().clear());
    }

    @Test
    void butRejected_whenItWasLoaded_keepsWhatIsKnownAndTellsWhy() {
        DiscoveredAdapter rejected = good.butRejected("there are two", "keep one");
        assertEquals(Verdict.REJECTED, rejected.verdict());
        assertEquals("good", rejected.engine());
        assertEquals("1.0", rejected.version());
        assertEquals(JAR, rejected.origin());
        assertEquals(
                "REJECTED good 1.0 (p.Good) from the class path in file:/lib/a.jar: there are two; keep one",
                rejected.toString());
    }

    @Test
    void butNoted_whenItIsLoaded_staysLoadedAndTellsTheNote() {
        DiscoveredAdapter noted = good.butNoted("it brings the SPI along", "leave it out");
        assertEquals(
                "LOADED good 1.0 (p.Good) from the class path in file:/lib/a.jar: it brings the SPI along; leave it out",
                noted.toString());
        assertEquals(List.of(), DiscoveryReport.of(List.of(noted)).rejected());
    }

    @Test
    void butRemoved_whenItWasLoaded_tellsWhatHoldsIt() {
        DiscoveredAdapter removed = good.butRemoved("a thread holds it", "end it");
        assertEquals(Verdict.REMOVED, removed.verdict());
        assertEquals(
                "REMOVED good 1.0 (p.Good) from the class path in file:/lib/a.jar: a thread holds it; end it",
                removed.toString());
        assertEquals(List.of(), DiscoveryReport.of(List.of(removed)).rejected());
    }

    @Test
    void toString_whenAPluginHasNoModule_namesThePlugin() {
        Origin origin = new Origin("file:/plugins/a.jar", "", "plugin a.jar (class loader)");
        assertEquals("plugin a.jar (class loader) in file:/plugins/a.jar", origin.toString());
    }

    @Test
    void toString_whenNotEvenTheProviderIsKnown_readsAsASentence() {
        DiscoveredAdapter unknown = DiscoveredAdapter.rejected("", Origin.UNKNOWN, "it is broken", "mend it");
        assertEquals("REJECTED an unnamed provider from an unknown place: it is broken; mend it", unknown.toString());
    }
}
