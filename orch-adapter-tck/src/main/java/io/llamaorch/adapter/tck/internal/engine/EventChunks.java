package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.BodyFault;
import io.llamaorch.adapter.tck.Fault;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okio.Buffer;
import okio.BufferedSink;

/** Events as chunks on the wire, with comments in between when nothing else is to be said. Calls must be serial. */
final class EventChunks implements Completion.Listener {
    private static final byte[] PING = {':', '\n', '\n'};

    private final BufferedSink sink;
    private final Completion completion;
    private final Speech speech;
    private final Client client;
    private final Alteration alteration;
    private final Optional<BodyFault.ChunkSize> badSize;
    private final Strikes strikes;
    private final long pingNanos;
    private byte[] lastToken = {};
    private int tokens;
    private boolean begun;
    private long lastSent = System.nanoTime();

    EventChunks(BufferedSink sink, EngineState engine, Completion completion, Speech speech, Client client) {
        this.sink = sink;
        this.completion = completion;
        this.speech = speech;
        this.client = client;
        this.strikes = new Strikes(engine, client, speech, this);
        Optional<Fault> fault = completion.fault();
        this.alteration = new Alteration(fault);
        this.badSize = fault.filter(BodyFault.ChunkSize.class::isInstance).map(BodyFault.ChunkSize.class::cast);
        long seconds = completion.generation().request().pingSeconds();
        // Zero would be a comment without a pause; the server's own clock has a step of one second.
        this.pingNanos = seconds < 0 ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(Math.max(1, seconds));
    }

    @Override
    public void progress(int processed, double millis) throws IOException {
        if (completion.generation().request().progress()) {
            event(alteration.ofProgress(speech.progressEvent(completion.generation(), processed, millis)));
        }
    }

    @Override
    public void token(Generation.Step step) throws IOException {
        byte[] event = speech.tokenEvent(completion.generation(), step);
        lastToken = event;
        if (badSize.isPresent() && badSize.get().tokens() == tokens) {
            badSize();
        }
        tokens++;
        for (byte[] one : alteration.ofToken(event)) {
            event(one);
        }
    }

    private void badSize() throws IOException {
        raw(badSize.orElseThrow().size() + "\r\n");
    }

    /** The events that end a text. */
    void last() throws IOException {
        if (badSize.isPresent() && badSize.get().tokens() >= tokens) {
            badSize();
        }
        for (byte[] one : alteration.ofLast(speech.lastEvent(completion.generation()), lastToken)) {
            event(one);
        }
        event(speech.farewell());
        for (byte[] one : alteration.afterTheEnd(lastToken)) {
            event(one);
        }
    }

    @Override
    public void strike(Fault fault) throws IOException {
        strikes.strike(fault);
    }

    /** What comes after the last event. */
    void finish() throws IOException {
        strikes.finish(completion.fault());
    }

    @Override
    public boolean pause(long deadline) throws IOException {
        while (pingNanos != Long.MAX_VALUE && deadline - (lastSent + pingNanos) > 0) {
            if (client.goneBy(lastSent + pingNanos)) {
                return true;
            }
            ping();
        }
        return client.goneBy(deadline);
    }

    void ping() throws IOException {
        event(PING);
    }

    /** Sends something as a chunk; nothing if there is nothing. */
    void event(byte[] event) throws IOException {
        if (event.length == 0) {
            return;
        }
        byte[] lines = alteration.ofLines(event, !begun);
        begun = true;
        send(new Buffer()
                .writeHexadecimalUnsignedLong(lines.length)
                .writeUtf8("\r\n")
                .write(lines)
                .writeUtf8("\r\n"));
    }

    /** Sends bytes that are no chunk. */
    void raw(String bytes) throws IOException {
        send(new Buffer().writeUtf8(bytes));
    }

    private void send(Buffer bytes) throws IOException {
        try {
            sink.write(bytes, bytes.size());
            sink.flush();
        } catch (IOException e) {
            if (client.heeds()) {
                throw e;
            }
        }
        lastSent = System.nanoTime();
    }

    /** The terminator, in two segments as the server sends it. */
    void end() throws IOException {
        raw("0\r\n");
        raw("\r\n");
    }
}
