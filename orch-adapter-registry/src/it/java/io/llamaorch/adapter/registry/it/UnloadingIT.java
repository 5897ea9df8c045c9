package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** REG-06: a plugin that was removed goes out of memory, or the report says what keeps it there. */
@NoLeaks
class UnloadingIT {

    private static final String HELD = "REMOVED tiny 1.0 (tiny.Factory) from ";

    /** The JVM keeps a jar open for those that are read carelessly. */
    private static final String READS_A_RESOURCE = """
            public Factory() {
              try (java.io.InputStream in = Factory.class.getResourceAsStream("/word.txt")) {
                in.readAllBytes();
              } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
              }
            }
            """;

    /** How the host lies on its paths. */
    enum Host {
        MODULES,
        CLASSES;

        Found run(Launch launch) {
            return this == MODULES ? launch.asModules() : launch.asClasses();
        }
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void unregister_whenTheAdapterIsClosed_letsThePluginGo(Host host) {
        Found found = run(host, "", "let go");
        assertEquals("gone true", found.report().get(1), found.toString());
        assertEquals("no adapter was found", found.report().get(2), found.toString());
    }

    /** The thread of the timers is started by the plugin here, and outlives it. */
    @ParameterizedTest
    @EnumSource
    void unregister_whenTheHostsTimersGoOn_letsThePluginGo(Host host) {
        Found found = run(host, "", "keep timers busy");
        assertEquals("gone true", found.report().get(1), found.toString());
    }

    @ParameterizedTest
    @EnumSource
    void report_whenAnAdapterIsStillHeld_namesItsReplica(Host host) {
        Found found = run(host, "", "hold");
        assertEquals("gone false", found.report().get(1), found.toString());
        assertTrue(
                found.report().get(2).startsWith(HELD)
                        && found.report()
                                .get(2)
                                .endsWith(": it was removed, and is held in memory by the adapter of replica pool/r0;"
                                        + " unbind the replica and let go of its adapter"),
                found.toString());
        assertEquals(
                List.of("gone true", "no adapter was found"), found.report().subList(3, 5));
    }

    @ParameterizedTest
    @EnumSource
    void report_whenAReplicaIsStillBound_namesItUntilItIsUnbound(Host host) {
        Found found = host.run(Launch.in(folder.resolve("host")).main(UnloadingPrograms.BOUND, plugin("")));
        assertEquals("said hello", found.engines(), found.toString());
        assertTrue(
                found.report().get(0).startsWith(HELD)
                        && found.report().get(0).contains("the adapter of replica default/r0"),
                found.toString());
        assertEquals(List.of("no adapter was found"), found.report().subList(1, 2));
    }

    @ParameterizedTest
    @EnumSource
    void report_whenTheAdapterLeftAThread_namesIt(Host host) {
        Found found = run(
                host,
                thread("new Thread(() -> { synchronized (this) { try { wait(); } catch"
                        + " (InterruptedException e) { } } }, \"tiny-poller\")"),
                "leak");
        assertHeldByThread(found);
    }

    @ParameterizedTest
    @EnumSource
    void report_whenTheThreadIsIdleInAPool_namesIt(Host host) {
        Found found = run(
                host,
                "public Factory() { var pool = java.util.concurrent.Executors.newFixedThreadPool(1, work -> {"
                        + " Thread thread = new Thread(work, \"tiny-poller\"); thread.setDaemon(true); return thread; });"
                        + " pool.execute(() -> {}); }",
                "leak");
        assertHeldByThread(found);
    }

    @ParameterizedTest
    @EnumSource
    void report_whenSomethingElseHoldsIt_saysHowToFindOut(Host host) {
        Found found = run(host, "public Factory() { System.getProperties().put(\"kept\", this); }", "leak");
        assertEquals("gone false", found.report().get(1), found.toString());
        assertTrue(
                found.report().get(2).startsWith(HELD)
                        && found.report()
                                .get(2)
                                .endsWith(": it was removed, and its classes are still in memory; no adapter and no"
                                        + " thread of it was found; let a full garbage collection run; if it stays after"
                                        + " that, a heap dump shows what refers to it"),
                found.toString());
    }

    @ParameterizedTest
    @EnumSource
    void load_whenRepeatedAThousandTimes_leavesNothing(Host host) {
        Found found = host.run(
                Launch.in(folder.resolve("host")).main(UnloadingPrograms.CYCLES, plugin(READS_A_RESOURCE), 1000));
        assertEquals("first gone true", found.engines(), found.toString());
        assertEquals(
                List.of("all gone true", "threads more: 0", "files more: 0", "no adapter was found"),
                found.report(),
                found.toString());
    }

    private static void assertHeldByThread(Found found) {
        assertEquals("gone false", found.report().get(1), found.toString());
        assertTrue(
                found.report().get(2).startsWith(HELD)
                        && found.report()
                                .get(2)
                                .endsWith(": it was removed, and is held in memory by thread 'tiny-poller'; tell the"
                                        + " adapter's author: close must end every thread that it started"),
                found.toString());
    }

    private static String thread(String made) {
        return "public Factory() { Thread thread = " + made + "; thread.setDaemon(true);"
                + " thread.setContextClassLoader(null); thread.start(); }";
    }

    private Found run(Host host, String body, String what) {
        return host.run(Launch.in(folder.resolve("host")).main(UnloadingPrograms.ONE, plugin(body), what));
    }

    private Path plugin(String body) {
        return new Jars(folder.resolve("plugins"), folder.resolve("work"))
                .jar("tiny")
                .source("module-info", Adapters.module("tiny", "tiny.Factory"))
                .source(
                        "tiny.Factory",
                        Adapters.factory(
                                "tiny.Factory", "\"tiny\"", Adapters.GENERATION, body, "return new Worker(config);"))
                .source("tiny.Worker", Adapters.worker("tiny.Worker"))
                .services("tiny.Factory")
                .file("word.txt", "word")
                .build();
    }
}
