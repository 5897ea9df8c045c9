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

    /** Loads a plugin, uses an adapter of it, closes and removes it, and tells what is left. */
    private static final String ONE = """
            package app;
            import io.llamaorch.adapter.registry.AdapterRegistry;
            import io.llamaorch.adapter.spi.*;
            import java.lang.ref.*;
            import java.nio.file.Path;
            public class Main {
                private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
                private static Object held;
                public static void main(String[] arguments) throws Exception {
                    AdapterRegistry registry = AdapterRegistry.discover();
                    Reference<?> loader = use(registry, Path.of(arguments[0]), arguments[1].equals("hold"));
                    System.out.println("gone " + isGone(loader));
                    System.out.println(registry.report());
                    held = null;
                    if (arguments[1].equals("hold")) {
                        System.out.println("gone " + isGone(loader));
                        System.out.println(registry.report());
                    }
                }
                private static Reference<?> use(AdapterRegistry registry, Path jar, boolean hold) throws Exception {
                    System.out.println(registry.load(jar));
                    WorkerAdapter adapter = registry.factory("tiny")
                            .create(AdapterConfig.builder().replica("pool", "r0").build());
                    Reference<?> loader = new PhantomReference<>(adapter.getClass().getClassLoader(), GONE);
                    String text = adapter.submit(TaskRequest.builder("hi").build())
                            .collect().toCompletableFuture().get();
                    System.out.println("said " + text);
                    adapter.close();
                    if (hold) {
                        held = adapter;
                    }
                    registry.unregister("tiny");
                    return loader;
                }
                private static boolean isGone(Reference<?> loader) throws Exception {
                    for (int i = 0; i < 80; i++) {
                        System.gc();
                        if (GONE.remove(50) == loader) {
                            return true;
                        }
                    }
                    return false;
                }
            }
            """;

    /** Removes a plugin while a host has a replica of it, and then the replica. */
    private static final String BOUND = """
            package app;
            import io.llamaorch.adapter.registry.*;
            import io.llamaorch.adapter.spi.TaskRequest;
            import java.lang.ref.*;
            import java.nio.file.Path;
            public class Main {
                private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
                public static void main(String[] arguments) throws Exception {
                    AdapterRegistry registry = AdapterRegistry.discover();
                    try (AdapterHost host = AdapterHost.create(registry)) {
                        registry.load(Path.of(arguments[0]));
                        host.bind(ReplicaSpec.builder("tiny").build());
                        registry.unregister("tiny");
                        System.out.println("said " + host.submit("default", TaskRequest.builder("hi").build())
                                .collect().toCompletableFuture().get());
                        System.out.println(registry.report());
                        host.unbind("default", "r0");
                        for (int i = 0; i < 200 && !registry.report().adapters().isEmpty(); i++) {
                            System.gc();
                            GONE.remove(50); // nothing comes through it: the report itself is asked
                        }
                        System.out.println(registry.report());
                    }
                }
            }
            """;

    private static final String CYCLES = """
            package app;
            import io.llamaorch.adapter.registry.AdapterRegistry;
            import io.llamaorch.adapter.spi.*;
            import java.lang.ref.*;
            import java.nio.file.*;
            import java.util.*;
            public class Main {
                private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
                private static final Set<Reference<?>> LIVING = new HashSet<>();
                public static void main(String[] arguments) throws Exception {
                    AdapterRegistry registry = AdapterRegistry.discover();
                    Path jar = Path.of(arguments[0]);
                    cycle(registry, jar);
                    System.out.println("first gone " + areGone());
                    int threads = threads();
                    long files = files();
                    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                        cycle(registry, jar);
                        if (i % 100 == 99) {
                            System.gc();
                        }
                    }
                    System.out.println("all gone " + areGone());
                    for (int i = 0; i < 200 && threads() > threads; i++) {
                        GONE.remove(50); // the thread of the timers ends when it was idle for a while
                    }
                    System.out.println("threads more: " + Math.max(0, threads() - threads));
                    System.out.println("files more: " + Math.max(0, files() - files));
                    System.out.println(registry.report());
                }
                private static void cycle(AdapterRegistry registry, Path jar) throws Exception {
                    registry.load(jar);
                    WorkerAdapter adapter = registry.factory("tiny").create(AdapterConfig.builder().build());
                    LIVING.add(new PhantomReference<>(adapter.getClass().getClassLoader(), GONE));
                    adapter.submit(TaskRequest.builder("hi").build()).collect().toCompletableFuture().get();
                    adapter.close();
                    registry.unregister("tiny");
                    for (Reference<?> gone = GONE.poll(); gone != null; gone = GONE.poll()) {
                        LIVING.remove(gone);
                    }
                }
                private static boolean areGone() throws Exception {
                    for (int i = 0; i < 200 && !LIVING.isEmpty(); i++) {
                        System.gc();
                        Reference<?> gone = GONE.remove(50);
                        LIVING.remove(gone);
                        for (gone = GONE.poll(); gone != null; gone = GONE.poll()) {
                            LIVING.remove(gone);
                        }
                    }
                    return LIVING.isEmpty();
                }
                /** Without those that carry virtual threads, which are the JVM's. */
                private static int threads() {
                    return (int) Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> !thread.getClass().getSimpleName().equals("CarrierThread"))
                            .count();
                }
                /** How many files are open; 0 on a system that does not tell. */
                private static long files() throws Exception {
                    Path all = Path.of("/proc/self/fd");
                    if (!Files.isDirectory(all)) {
                        return 0;
                    }
                    try (var open = Files.list(all)) {
                        return open.count();
                    }
                }
            }
            """;

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
        Found found = host.run(Launch.in(folder.resolve("host")).main(BOUND, plugin("")));
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
                "let go");
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
                "let go");
        assertHeldByThread(found);
    }

    @ParameterizedTest
    @EnumSource
    void report_whenSomethingElseHoldsIt_saysHowToFindOut(Host host) {
        Found found = run(host, "public Factory() { System.getProperties().put(\"kept\", this); }", "let go");
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
        Found found = host.run(Launch.in(folder.resolve("host")).main(CYCLES, plugin(READS_A_RESOURCE), 1000));
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
        return host.run(Launch.in(folder.resolve("host")).main(ONE, plugin(body), what));
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
