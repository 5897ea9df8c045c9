package io.llamaorch.adapter.tck.internal.report;

import io.llamaorch.adapter.tck.Patience;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a run took place. */
final class Surroundings {

    private Surroundings() {}

    /** {@return what there is to say of this JVM and machine: names and values, in order} */
    static Map<String, String> now() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("kit", version());
        facts.put("java", System.getProperty("java.vendor.version", "") + " " + Runtime.version());
        facts.put("system", System.getProperty("os.name") + ", " + System.getProperty("os.arch"));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("time factor", System.getProperty(Patience.FACTOR_PROPERTY, "1"));
        facts.replaceAll((name, value) -> value.strip());
        return facts;
    }

    private static String version() {
        var descriptor = Surroundings.class.getModule().getDescriptor();
        return descriptor == null ? "unversioned" : descriptor.rawVersion().orElse("unversioned");
    }
}
