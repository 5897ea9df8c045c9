package io.llamaorch.adapter.tck.it.llama;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An answer as it was on the wire, taken apart no further than HTTP goes.
 *
 * @param headers name and value, in their order
 * @param framing how the body's end was told
 * @param closed whether the engine closed the connection after it
 */
record RawAnswer(int status, List<String> headers, String framing, boolean closed, String body) {
    private static final int SILENCE_MILLIS = 60_000;
    private static final int STAYS_OPEN_MILLIS = 250;

    /** Sends bytes on a connection of their own and reads one answer. */
    static RawAnswer to(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.getOutputStream().write(request);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean bodiless = new String(request, StandardCharsets.ISO_8859_1).startsWith("HEAD ");
            int status = Integer.parseInt(line(in).split(" ", 3)[1]);
            List<String> headers = new ArrayList<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                headers.add(line);
            }
            String length = value(headers, "content-length");
            String framing;
            byte[] body = {};
            if (value(headers, "transfer-encoding").equals("chunked")) {
                framing = "chunked";
                body = chunks(in);
            } else if (!length.isEmpty()) {
                framing = length.equals("0") ? "empty" : "length";
                body = bodiless ? body : in.readNBytes(Integer.parseInt(length));
            } else {
                framing = "until the end";
                body = in.readAllBytes();
            }
            socket.setSoTimeout(STAYS_OPEN_MILLIS);
            return new RawAnswer(status, headers, framing, ends(in), new String(body, StandardCharsets.UTF_8));
        }
    }

    private static boolean ends(InputStream in) throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            all.writeBytes(in.readNBytes(size));
            line(in);
        }
        line(in);
        return all.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed inside a line: " + line);
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static String value(List<String> headers, String name) {
        return headers.stream()
                .filter(h -> h.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(h -> h.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    String contentType() {
        return value(headers, "content-type");
    }

    /** The headers' names in their order, with the values of those that say something to a client. */
    String head() {
        List<String> shown = new ArrayList<>();
        for (String header : headers) {
            String name = header.substring(0, header.indexOf(':'));
            boolean varies =
                    name.equals("Content-Length") && !header.endsWith(": 0") || name.equals("Process-Start-Time-Unix");
            shown.add(varies ? name : header.strip());
        }
        return String.join(", ", shown);
    }
}
