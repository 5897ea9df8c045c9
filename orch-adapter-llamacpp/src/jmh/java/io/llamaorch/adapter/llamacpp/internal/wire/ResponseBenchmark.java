package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.StreamBytes;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a token costs in the HTTP response: its head, and a chunk for each event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(StreamBytes.TOKENS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ResponseBenchmark implements ResponseParser.Sink {

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
