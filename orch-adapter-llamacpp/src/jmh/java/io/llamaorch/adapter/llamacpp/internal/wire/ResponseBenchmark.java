package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.StreamBytes;
import io.llamaorch.adapter.llamacpp.TokenBenchmark;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;

/** What a token costs in the HTTP response: its head, and a chunk for each event. */
public class ResponseBenchmark extends TokenBenchmark implements ResponseParser.Sink {

    private final byte[] response = StreamBytes.response();
    private final ByteBuffer buffer = ByteBuffer.allocate(EventLoop.BUFFER_BYTES);
    private int bytes;

    /** Takes the response apart as reads of a full buffer bring it, copied into the buffer as the socket would. */
    @Benchmark
    public int response() {
        ResponseParser parser = new ResponseParser("POST", this);
        for (int from = 0; from < response.length; from += EventLoop.BUFFER_BYTES) {
            buffer.clear().put(response, from, Math.min(EventLoop.BUFFER_BYTES, response.length - from));
            parser.feed(buffer.flip());
        }
        return bytes;
    }

    @Override
    public boolean onHead(ResponseHead head) {
        return true;
    }

    @Override
    public void onBody(ByteBuffer part) {
        bytes += part.remaining();
    }
}
