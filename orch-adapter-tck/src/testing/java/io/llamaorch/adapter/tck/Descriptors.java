package io.llamaorch.adapter.tck;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The file descriptors that this process has open, by number, where Linux shows them; elsewhere there are none. */
final class Descriptors {

    private static final File OPEN = new File("/proc/self/fd");

    /** What the JVM keeps open for itself once it has needed it. */
    private static final Set<String> KEPT = kept();

    /** Mockito gives the boot loader a jar of its own, when it mocks for the first time. */
    private static final String MOCKITO = File.separator + "mockitoboot";

    /** Where the JVM itself looks now and then, for what it may use of this machine. */
    private static final List<String> JVMS_OWN = List.of("/proc/", "/sys/fs/cgroup/");

    private static final String JAVA_HOME = System.getProperty("java.home", "") + File.separator;

    static {
        if (OPEN.isDirectory()) {
            useSockets();
        } else {
            System.err.println("Leak checks do not look at sockets and files: this system has no " + OPEN + ".");
        }
    }

    private Descriptors() {}

    /** The number of each and what it is, as the system names it. */
    static Map<String, String> open() {
        Map<String, String> open = new HashMap<>();
        String[] numbers = OPEN.list();
        if (numbers != null) {
            for (String number : numbers) {
                try {
                    String target = Files.readSymbolicLink(Path.of(OPEN.getPath(), number))
                            .toString();
                    if (!isKept(target)) {
                        open.put(number, target);
                    }
                } catch (IOException e) {
                    // closed meanwhile, as the one is that the list was read from
                }
            }
        }
        return open;
    }

    /** The same for people: where a socket leads, and in which state it is. */
    static List<String> described(Map<String, String> open) {
        if (open.isEmpty()) {
            return List.of();
        }
        Map<String, String> sockets = TcpSockets.byName();
        List<String> described = new ArrayList<>();
        open.forEach((number, target) -> described.add("descriptor " + number + ": " + what(target, sockets)));
        return described;
    }

    private static String what(String target, Map<String, String> sockets) {
        if (target.startsWith("socket:")) {
            return sockets.getOrDefault(target, "a socket that is bound to nothing any more, or is not TCP, " + target);
        }
        return switch (target) {
            case "anon_inode:[eventpoll]" -> "a selector";
            case "anon_inode:[eventfd]" -> "what wakes a selector";
            default -> target.startsWith("pipe:") ? "an end of " + target : "the file " + target;
        };
    }

    private static boolean isKept(String target) {
        return KEPT.contains(target)
                || target.startsWith(JAVA_HOME)
                || target.contains(MOCKITO)
                || JVMS_OWN.stream().anyMatch(target::startsWith);
    }

    /** Jars are opened when the first class of them is loaded, and random numbers come out of a file. */
    private static Set<String> kept() {
        Set<String> kept = new HashSet<>(Set.of("/dev/random", "/dev/urandom"));
        for (String property : new String[] {"java.class.path", "jdk.module.path", "surefire.test.class.path"}) {
            Stream.of(System.getProperty(property, "").split(File.pathSeparator))
                    .filter(path -> path.endsWith(".jar"))
                    .map(File::new)
                    .filter(File::exists)
                    .forEach(jar -> kept.add(real(jar)));
        }
        return Set.copyOf(kept);
    }

    private static String real(File jar) {
        try {
            return jar.toPath().toRealPath().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the JDK open what it keeps for all sockets together. */
    private static void useSockets() {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                client.configureBlocking(false).register(selector, client.validOps());
                selector.selectNow();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
