package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEventReader;
import io.llamaorch.adapter.llamacpp.internal.codec.EventAssembler;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.llamacpp.internal.sse.SseSink;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What a token costs on its way from the read buffer to a subscriber, without the socket: time and bytes allocated a
 * token. Each method goes one step further than the one before it.
 */
public class TokenPathBenchmark extends TokenBenchmark {

    /** How many bytes a read brings: an event at a time, as from an engine at work, or a full buffer. */
    @Param({"event", "16384"})
    public String read;

    private final byte[] body = StreamBytes.body();
    private int[] cuts = {};

    /** Prepares where the reads end. */
    @Setup
    public void cut() {
        cuts = read.equals("event") ? StreamBytes.eventEnds(body) : StreamBytes.every(body, Integer.parseInt(read));
    }

    /** Server-sent events only. */
    @Benchmark
    public int decoder() {
        Counter counter = new Counter();
        feed(new SseDecoder(counter, Integer.MAX_VALUE));
        return counter.seen;
    }

    /** And their JSON. */
    @Benchmark
    public int codec() {
        Counter counter = new Counter();
        CompletionEventReader reader = new CompletionEventReader(counter);
        feed(new SseDecoder(new EventAssembler(reader, Integer.MAX_VALUE, Integer.MAX_VALUE), Integer.MAX_VALUE));
        return counter.seen;
    }

    /** And the emitter, to a subscriber that does not block. */
    @Benchmark
    public int emitter() {
        return Delivery.run(body, cuts);
    }

    private void feed(SseDecoder decoder) {
        int from = 0;
        for (int to : cuts) {
            decoder.feed(body, from, to);
            from = to;
        }
    }

    private static final class Counter implements SseSink, CompletionEventReader.Listener {
        private int seen;

        @Override
        public void data(byte[] bytes, int from, int to) {
            seen += to - from;
        }

        @Override
        public void keep() {}

        @Override
        public boolean event(boolean error) {
            seen++;
            return true;
        }

        @Override
        public boolean event(CompletionEvent event) {
            seen += event.content().length();
            return true;
        }
    }
}
