package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives a test its transports and closes what it opened. Then no thread of the wire may live any more, no socket or
 * selector may be open, and no timer may wait.
 */
final class WireFixture implements BeforeEachCallback, AfterEachCallback {

    static final WireRequest GET = WireRequest.get("/health").build();

    private final ManualTime time = new ManualTime();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private SharedLoop shared = new SharedLoop();
    private long descriptorsBefore;

    ManualTime time() {
        return time;
    }

    SharedLoop shared() {
        return shared;
    }

    /** Has names looked up like this from now on. */
    void resolveWith(NameLookup.Resolver resolver) {
        shared = new SharedLoop(resolver);
    }

    SocketTransport transport(Endpoint endpoint) {
        return closing(new SocketTransport(endpoint, shared, time));
    }

    SocketTransport transport(Peer peer) {
        return transport(closing(peer).endpoint());
    }

    /** Closes this at the end, the last one first. */
    <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Makes the I/O thread turn many times, so that whatever it was about to do is done afterwards. */
    void turn() throws Exception {
        SocketTransport aside = transport(Peer.answering("HTTP/1.1 204 No Content\r\n\r\n"));
        for (int i = 0; i < 5; i++) {
            Recorder recorder = new Recorder();
            aside.exchange(GET, recorder);
            assertEquals(List.of("answer"), recorder.awaitOutcome().events());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        warmUp();
        descriptorsBefore = descriptors();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        List<Thread> ours = threads();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        for (Thread thread : ours) {
            Patience.end(thread);
        }
        assertEquals(List.of(), threads(), "threads of the wire");
        assertEquals(descriptorsBefore, descriptors(), "open sockets and selectors");
        assertEquals(0, time.waiting(), "timers that wait");
    }

    /** The JDK keeps a descriptor or two from the first use of its sockets on. */
    private static void warmUp() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
                Socket accepted = server.accept()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_WRITE);
            selector.selectNow();
            accepted.getOutputStream().write(0);
        }
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("llamacpp-"))
                .toList();
    }

    private static long descriptors() throws IOException {
        Path directory = Path.of("/proc/self/fd");
        if (!Files.isDirectory(directory)) {
            return 0; // only Linux can tell
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(WireFixture::isSocketOrSelector).count();
        }
    }

    private static boolean isSocketOrSelector(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:") || target.startsWith("pipe:");
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
