package io.llamaorch.adapter.llamacpp.internal.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A sink that writes down what it hears, one line an event. */
final class SseProbe implements SseSink {

    static final int NO_LIMIT = Integer.MAX_VALUE;

    private final List<String> events = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final int last;

    private SseProbe(int last) {
        this.last = last;
    }

    /** One that ends the decoding with its n-th event. */
    static SseProbe endingAt(int n) {
        return new SseProbe(n);
    }

    static SseProbe listening() {
        return new SseProbe(Integer.MAX_VALUE);
    }

    /** What a decoder makes of the parts. */
    static List<String> decode(byte[]... parts) {
        SseProbe probe = listening();
        SseDecoder decoder = new SseDecoder(probe, NO_LIMIT);
        for (byte[] part : parts) {
            decoder.feed(part, 0, part.length);
        }
        return probe.events();
    }

    static List<String> decode(String text) {
        return decode(text.getBytes(StandardCharsets.UTF_8));
    }

    List<String> events() {
        return List.copyOf(events);
    }

    /** The data of the event that is not whole yet. */
    String unfinished() {
        return data.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void data(byte[] bytes, int from, int to) {
        data.write(bytes, from, to - from);
    }

    @Override
    public void keep() {}

    @Override
    public boolean event(boolean error) {
        events.add((error ? "error:" : "data:") + data.toString(StandardCharsets.UTF_8));
        data.reset();
        return events.size() < last;
    }
}
