package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One completion's exchange as a person reads it: the request, the beginning and the end of the answer, and how the
 * connection ended. Bounded, and without the values of credentials.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Exchange {
    private static final int MOST_REQUEST = 2048;
    private static final int MOST_HEAD = 1200;
    private static final int MOST_TAIL = 600;

    private final String request;
    private final WatchedConnection connection;
    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
    private final ArrayDeque<Byte> tail = new ArrayDeque<>();
    private final long began = System.nanoTime();
    private long sent;

    Exchange(Call call, WatchedConnection connection) {
        this.connection = connection;
        StringBuilder text = new StringBuilder("> ").append(call.request().getRequestLine());
        call.request().getHeaders().forEach(header -> {
            boolean secret = header.getFirst().equalsIgnoreCase("Authorization")
                    || header.getFirst().equalsIgnoreCase("X-Api-Key");
            text.append("\n> ")
                    .append(header.getFirst())
                    .append(": ")
                    .append(secret ? "(not shown)" : header.getSecond());
        });
        String body = new String(call.body(), StandardCharsets.UTF_8);
        text.append("\n> ").append(body.length() > MOST_REQUEST ? body.substring(0, MOST_REQUEST) + " …" : body);
        request = text.toString();
    }

    /** Says that these bytes were given to the wire. */
    synchronized void sent(byte[] bytes, int from, int length) {
        int fits = Math.min(length, MOST_HEAD - beginning.size());
        beginning.write(bytes, from, fits);
        for (int i = Math.max(from + fits, from + length - MOST_TAIL); i < from + length; i++) {
            tail.add(bytes[i]);
        }
        while (tail.size() > MOST_TAIL) {
            tail.poll();
        }
        sent += length;
    }

    String text() {
        // Asked before this is locked: when it sends, the connection locks itself and then this.
        Optional<WatchedConnection.Ending> ending = connection.ending();
        return text(
                ending.map(how -> how.words() + " after " + millis() + " ms").orElse("the connection is open"));
    }

    private synchronized String text(String ending) {
        StringBuilder answer = new StringBuilder(beginning.toString(StandardCharsets.UTF_8));
        long between = sent - beginning.size() - tail.size();
        if (between > 0) {
            answer.append("\n… ").append(between).append(" bytes …\n");
        }
        ByteArrayOutputStream end = new ByteArrayOutputStream();
        tail.forEach(end::write);
        answer.append(end.toString(StandardCharsets.UTF_8));
        String shown = answer.toString().replace("\r\n", "\n").strip().replace("\n", "\n< ");
        return request + "\n< " + (shown.isEmpty() ? "(not a byte)" : printable(shown)) + "\n= " + ending;
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(connection.endedAt() - began);
    }

    private static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.chars().forEach(c -> clean.append(c < ' ' && c != '\n' ? '·' : (char) c));
        return clean.toString();
    }

    WatchedConnection connection() {
        return connection;
    }
}
