package io.llamaorch.adapter.llamacpp.scale;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes what a llama-server writes, and costs next to nothing: the bytes are made beforehand, one thread accepts, reads
 * requests and serves bursts, another one writes paced tokens.
 *
 * <p>A request says with {@value #RATE} how it is served: so many tokens a second, one write each, once let go; 0 for all
 * at once.
 *
 * <p>On its standard input it is told {@code go}, which lets the waiting streams go, and {@code sent N}, which it answers
 * with the number of tokens written and the time of each, for the streams that gave 0 to N-1 as {@value #ID}. The first
 * thing on its standard output is its port. All are big-endian binary numbers. It ends when its standard input does.
 */
public final class ReplayEngine {

    /** The request's member for its rate: {@value}. */
    static final String RATE = "replay_rate";

    /** The request's member for the number that its times are asked for with: {@value}. */
    static final String ID = "replay_id";

    private static final int BACKLOG = 4096;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    private static final Pattern TOKENS = member("n_predict");
    private static final Pattern RATES = member(RATE);
    private static final Pattern IDS = member(ID);

    private static final String PROPS = "{\"default_generation_settings\":{\"n_ctx\":4096},\"total_slots\":4096,"
            + "\"model_path\":\"/models/replay.gguf\",\"build_info\":\"b1-replay\",\"is_sleeping\":false}";

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final ReplayPacer pacer = new ReplayPacer();
    private final Map<Integer, ReplayScript> scripts = new ConcurrentHashMap<>();
    private final Map<Integer, ReplayStream> streams = new ConcurrentHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    private ReplayEngine() throws IOException {
        server.bind(new InetSocketAddress("127.0.0.1", 0), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /**
     * Runs until the standard input ends.
     *
     * @param args none
     * @throws IOException if there is no port, or nobody who reads the answers
     */
    public static void main(String[] args) throws IOException {
        ReplayEngine engine = new ReplayEngine();
        Thread loop = new Thread(engine::loop, "replay-io");
        loop.setDaemon(true);
        loop.start();
        engine.pacer.start();
        engine.obey();
    }

    private void obey() throws IOException {
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
        out.writeInt(server.socket().getLocalPort());
        out.flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("go")) {
                pacer.go();
            } else {
                int count = Integer.parseInt(line.substring("sent ".length()));
                for (int id = 0; id < count; id++) {
                    ReplayStream stream = streams.remove(id);
                    long[] sent = stream == null ? new long[0] : stream.sent();
                    out.writeInt(sent.length);
                    for (long time : sent) {
                        out.writeLong(time);
                    }
                }
                out.flush();
            }
        }
    }

    private static final class Client {
        private final StringBuilder in = new StringBuilder();
        private ReplayStream burst;
    }

    private void loop() {
        try {
            while (true) {
                selector.select(this::ready);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.isWritable()) {
                push(key);
            } else {
                read(key);
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel socket = server.accept(); socket != null; socket = server.accept()) {
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.register(selector, SelectionKey.OP_READ, new Client());
        }
    }

    private void read(SelectionKey key) throws IOException {
        if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
            close(key);
            return;
        }
        StringBuilder in = ((Client) key.attachment()).in.append(ISO_8859_1.decode(buffer.flip()));
        int headEnd = in.indexOf("\r\n\r\n");
        if (headEnd >= 0 && in.length() >= headEnd + 4 + number(LENGTH, in, 0)) {
            String request = in.toString();
            in.setLength(0);
            in.trimToSize();
            answer(key, request);
        }
    }

    private void answer(SelectionKey key, String request) throws IOException {
        if (request.startsWith("POST /completion ")) {
            stream(key, request);
        } else if (request.startsWith("GET /props ")) {
            plain(key, "200 OK", PROPS);
        } else if (request.startsWith("GET /health ")) {
            plain(key, "200 OK", "{\"status\":\"ok\"}");
        } else {
            plain(
                    key,
                    "404 Not Found",
                    "{\"error\":{\"code\":404,\"message\":\"not here\",\"type\":\"not_found_error\"}}");
        }
    }

    private void stream(SelectionKey key, String request) throws IOException {
        int rate = number(RATES, request, 0);
        ReplayScript script = scripts.computeIfAbsent(number(TOKENS, request, 16), ReplayScript::of);
        ReplayStream stream =
                new ReplayStream((SocketChannel) key.channel(), script, rate > 0 ? 1_000_000_000L / rate : 0);
        if (rate == 0) {
            ((Client) key.attachment()).burst = stream;
            push(key);
            return;
        }
        stream.writeHead();
        if (rate > 0) {
            streams.put(number(IDS, request, 0), stream);
            pacer.add(stream);
        }
    }

    private static void push(SelectionKey key) throws IOException {
        boolean all = ((Client) key.attachment()).burst.writeAll();
        key.interestOps(all ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    private static void plain(SelectionKey key, String status, String body) throws IOException {
        String answer = "HTTP/1.1 " + status + "\r\nServer: llama.cpp\r\nContent-Type: application/json; charset=utf-8"
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        ((SocketChannel) key.channel()).write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // There is nothing left to give back.
        }
    }

    private static Pattern member(String name) {
        return Pattern.compile("\"" + name + "\" *: *(-?\\d+)");
    }

    private static int number(Pattern pattern, CharSequence in, int otherwise) {
        Matcher found = pattern.matcher(in);
        return found.find() ? Integer.parseInt(found.group(1)) : otherwise;
    }
}
