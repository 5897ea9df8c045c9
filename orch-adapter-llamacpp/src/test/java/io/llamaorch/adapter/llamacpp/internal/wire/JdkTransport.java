package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.spi.TimeSource;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The judge: what the socket transport does, done by the JDK's HTTP client, so that the two can be compared. It keeps
 * the exchange limit and the body ceiling by itself, and no connect limit.
 */
public final class JdkTransport implements Transport {

    private final JdkClient client;
    private final Endpoint endpoint;
    private final TimeSource time;
    private final Set<JdkCall> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** One on a client that is shared. */
    public JdkTransport(JdkClient client, Endpoint endpoint, TimeSource time) {
        this.client = client;
        this.endpoint = endpoint;
        this.time = time;
    }

    @Override
    public Call exchange(WireRequest request, ExchangeListener listener) {
        return start(request, new Exchange(request.bodyCeiling(), listener), request.exchangeLimit());
    }

    @Override
    public Call stream(WireRequest request, StreamListener listener) {
        return start(request, listener, null);
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(JdkCall::closed);
    }

    private Call start(WireRequest request, StreamListener listener, @Nullable Duration limit) {
        JdkCall call = new JdkCall(client.io(), listener, running::remove);
        running.add(call);
        if (closed) {
            call.closed();
            return call;
        }
        if (limit != null) {
            call.timer(time.schedule(limit, call::expired));
        }
        call.send(client.client(), request(request));
        return call;
    }

    private HttpRequest request(WireRequest request) {
        byte[] body = new byte[request.body().remaining()];
        request.body().get(body);
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create("http://" + endpoint.hostAndPort() + endpoint.resolve(request.path())))
                .method(
                        request.method(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        request.headers().forEach(builder::header);
        return builder.build();
    }
}
