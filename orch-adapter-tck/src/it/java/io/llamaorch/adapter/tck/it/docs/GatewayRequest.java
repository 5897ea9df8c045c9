package io.llamaorch.adapter.tck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** A request to the gateway over a socket of its own, which can be left at any byte. */
final class GatewayRequest implements AutoCloseable {

    private static final String HEAD_END = "\r\n\r\n";

    private final Socket socket;
    private final InputStream in;

    private GatewayRequest(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** An event of an answer, with the members of its data; all values as text. */
    record Event(String name, Map<String, String> data) {}

    /** A whole answer. */
    record Answer(int status, Map<String, String> headers, String body) {

        /** Its events; comments are passed over. */
        List<Event> events() {
            List<Event> events = new ArrayList<>();
            for (String block : body.split("\n\n", -1)) {
                if (!block.isEmpty() && !block.startsWith(":")) {
                    List<String> lines = block.lines().toList();
                    assertEquals(2, lines.size(), block);
                    assertTrue(
                            lines.get(0).startsWith("event: ") && lines.get(1).startsWith("data: "), block);
                    events.add(new Event(
                            lines.get(0).substring(7), members(lines.get(1).substring(6))));
                }
            }
            return events;
        }

        /** The members of a body that is one object. */
        Map<String, String> members() {
            return members(body);
        }

        private static Map<String, String> members(String object) {
            Map<String, String> members = new LinkedHashMap<>();
            try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), object)) {
                assertEquals(JsonToken.START_OBJECT, json.nextToken(), object);
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, json.getString());
                }
            }
            return members;
        }
    }

    /**
     * Sends a prompt.
     *
     * @param query behind the question mark, may be empty
     * @param headers lines of the head
     */
    static GatewayRequest send(URI url, String query, String prompt, String... headers) throws IOException {
        byte[] body = prompt.getBytes(StandardCharsets.UTF_8);
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout((int) Patience.mustHappen().toMillis());
        String head = "POST " + url.getPath() + (query.isEmpty() ? "" : "?" + query) + " HTTP/1.1\r\nHost: gateway\r\n"
                + "Connection: close\r\nContent-Length: " + body.length + "\r\n"
                + String.join(
                        "", List.of(headers).stream().map(line -> line + "\r\n").toList()) + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return new GatewayRequest(socket);
    }

    /** Sends a prompt and reads all of the answer, which must end as HTTP says. */
    static Answer ask(URI url, String query, String prompt, String... headers) throws IOException {
        try (GatewayRequest request = send(url, query, prompt, headers)) {
            return request.answer();
        }
    }

    /** Reads until this text came. */
    void read(String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            int next = in.read();
            assertTrue(next >= 0, () -> "ended before '" + text + "': " + seen);
            seen.append((char) next);
        }
    }

    private Answer answer() throws IOException {
        String all = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        int end = all.indexOf(HEAD_END);
        assertTrue(end > 0, all);
        List<String> lines = all.substring(0, end).lines().toList();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            headers.put(
                    line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                    line.substring(line.indexOf(':') + 1).trim());
        }
        String rest = all.substring(end + HEAD_END.length());
        String body = "chunked".equals(headers.get("transfer-encoding")) ? unchunked(rest) : rest;
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        return new Answer(
                Integer.parseInt(lines.get(0).split(" ", -1)[1]), headers, new String(bytes, StandardCharsets.UTF_8));
    }

    private static String unchunked(String chunks) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", at);
            assertTrue(line > 0, () -> "the last chunk is missing: " + chunks);
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            if (size == 0) {
                return body.toString();
            }
            body.append(chunks, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    /** Leaves, whatever is still to come. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
