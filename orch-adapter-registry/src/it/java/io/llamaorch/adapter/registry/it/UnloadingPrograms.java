package io.llamaorch.adapter.registry.it;

/** Programs that load plugins and let them go. */
final class UnloadingPrograms {

    /** Loads a plugin, uses an adapter of it, closes and removes it, and tells what is left. */
    static final String ONE = """
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
                    if (arguments[1].equals("keep timers busy")) {
                        TimeSource.system().schedule(java.time.Duration.ofHours(1), () -> {});
                    }
                    boolean stays = arguments[1].equals("hold") || arguments[1].equals("leak");
                    System.out.println("gone " + isGone(loader, stays ? 10 : 80));
                    System.out.println(registry.report());
                    held = null;
                    if (arguments[1].equals("hold")) {
                        System.out.println("gone " + isGone(loader, 80));
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
                private static boolean isGone(Reference<?> loader, int looks) throws Exception {
                    for (int i = 0; i < looks; i++) {
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
    static final String BOUND = """
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

    /** Loads a plugin, uses it and lets it go, many times, and tells what is left. */
    static final String CYCLES = """
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

    private UnloadingPrograms() {}
}
