/** The conformance kit with its scripted engine, the mock adapter, and the command line {@code orch}. */
@SuppressWarnings("requires-automatic") // okio has no module descriptor; this module alone is exempt from jlink
module io.llamaorch.adapter.tck {
    exports io.llamaorch.adapter.tck;

    opens io.llamaorch.adapter.tck to
            org.junit.platform.commons;
    opens io.llamaorch.adapter.tck.internal.cli to
            info.picocli;
    opens io.llamaorch.adapter.tck.internal.report to
            org.junit.platform.commons;

    requires info.picocli;
    requires java.logging;
    requires java.xml;
    requires transitive io.llamaorch.adapter.registry;
    requires transitive io.llamaorch.adapter.spi;
    requires mockwebserver3;
    requires okhttp3;
    requires okio;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.junit.platform.launcher;
    requires static org.jspecify;
    requires transitive org.opentest4j;
    requires org.slf4j;
    requires tools.jackson.core;

    provides io.llamaorch.adapter.spi.AdapterFactory with
            io.llamaorch.adapter.tck.internal.mock.MockAdapterFactory;
}
