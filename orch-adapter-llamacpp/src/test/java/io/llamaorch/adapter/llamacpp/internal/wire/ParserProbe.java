package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A parser with what it has handed over, as text that can be compared. */
final class ParserProbe implements ResponseParser.Sink {

    private final ResponseParser parser;
    private final List<String> heads = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean complete;

    ParserProbe() {
        this("POST");
    }

    ParserProbe(String method) {
        parser = new ResponseParser(method, this);
    }

    /** A recorded answer of the engine. */
    static byte[] transcript(String name) {
        try (InputStream in = ParserProbe.class.getResourceAsStream("/transcripts/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Feeds some of the bytes as one read. */
    ParserProbe feed(byte[] bytes, int from, int to) {
        ByteBuffer in = ByteBuffer.wrap(bytes.clone(), from, to - from);
        complete |= parser.feed(in);
        return this;
    }

    ParserProbe feed(byte[] bytes) {
        return feed(bytes, 0, bytes.length);
    }

    ParserProbe feed(String text) {
        return feed(bytes(text));
    }

    boolean complete() {
        return complete;
    }

    boolean completeAtEndOfInput() {
        return parser.completeAtEndOfInput();
    }

    byte[] body() {
        return body.toByteArray();
    }

    /** Everything that was heard, however it was cut. */
    String summary() {
        return heads + " " + body.toString(StandardCharsets.ISO_8859_1) + " " + complete;
    }

    @Override
    public boolean onHead(ResponseHead head) {
        heads.add(head.status() + " " + head.contentType() + " "
                + head.header("server").orElse("-"));
        return true;
    }

    @Override
    public void onBody(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            throw new AssertionError("an empty piece");
        }
        body.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }
}
