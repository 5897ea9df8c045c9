package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request of the JDK's client, told to a listener on the I/O thread as {@link StreamListener} wants it. */
final class JdkCall implements Call {

    private final Executor io;
    private final StreamListener listener;
    private final Consumer<JdkCall> whenOver;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger resumes = new AtomicInteger();
    private volatile @Nullable CompletableFuture<?> future;
    private volatile Flow.@Nullable Subscription subscription;
    private volatile TimeSource.@Nullable Scheduled timer;
    // What follows belongs to the I/O thread.
    private boolean headSeen;
    private boolean resting;
    private int restingSince;

    JdkCall(Executor io, StreamListener listener, Consumer<JdkCall> whenOver) {
        this.io = io;
        this.listener = listener;
        this.whenOver = whenOver;
    }

    void timer(TimeSource.Scheduled set) {
        timer = set;
    }

    void send(HttpClient client, HttpRequest request) {
        step(() -> listener.onConnected(this));
        CompletableFuture<?> sent = client.sendAsync(request, info -> {
            step(() -> {
                headSeen = true;
                listener.onHead(head(info));
            });
            return new Body();
        });
        future = sent;
        sent.whenComplete((response, thrown) -> {
            if (thrown != null) {
                step(() -> fail(kind(thrown), thrown));
            }
        });
    }

    @Override
    public void cancel() {
        if (over.compareAndSet(false, true)) {
            release();
        }
    }

    @Override
    public void resume() {
        resumes.incrementAndGet();
        step(() -> {
            if (resting && resumes.get() != restingSince) {
                resting = false;
                demand();
            }
        });
    }

    @Override
    public void execute(Runnable step) {
        io.execute(() -> attempt(step));
    }

    void closed() {
        fail(Kind.CLOSED, null);
    }

    void expired() {
        step(() -> fail(Kind.TIMEOUT, null));
    }

    /** Does this on the I/O thread unless the call is over by then. */
    private void step(Runnable step) {
        io.execute(() -> {
            if (!over.get()) {
                attempt(step);
            }
        });
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (WireException refusal) {
            fail(refusal.kind(), refusal);
        } catch (Throwable thrown) {
            fail(Kind.INTERNAL, thrown);
        }
    }

    private void fail(Kind kind, @Nullable Throwable cause) {
        if (over.compareAndSet(false, true)) {
            release();
            listener.onFailure(new WireFailure(kind, "the judge's client failed: " + cause, headSeen, cause));
        }
    }

    private void release() {
        whenOver.accept(this);
        TimeSource.Scheduled limit = timer;
        if (limit != null) {
            limit.cancel();
        }
        Flow.Subscription body = subscription;
        if (body != null) {
            body.cancel();
        }
        CompletableFuture<?> sent = future;
        if (sent != null) {
            sent.cancel(true);
        }
    }

    private void demand() {
        Flow.Subscription body = subscription;
        if (body != null) {
            body.request(1);
        }
    }

    private static ResponseHead head(HttpResponse.ResponseInfo info) {
        List<ResponseHead.Field> fields = new ArrayList<>();
        info.headers()
                .map()
                .forEach((name, values) -> values.forEach(value -> fields.add(new ResponseHead.Field(name, value))));
        return new ResponseHead(info.statusCode(), fields);
    }

    /** A response that stops too soon is a cut; what else this client complains about is no response as it should be. */
    private static Kind kind(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return Kind.REFUSED;
            } else if (cause instanceof EOFException || cause instanceof SocketException) {
                return Kind.RESET;
            } else if (cause.getMessage() != null && cause.getMessage().contains("Connection reset")) {
                return Kind.RESET;
            }
        }
        return Kind.MALFORMED;
    }

    private final class Body implements HttpResponse.BodySubscriber<Void> {

        @Override
        public CompletionStage<Void> getBody() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (over.get()) {
                given.cancel();
            }
            step(JdkCall.this::demand);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            step(() -> {
                int resumesSeen = resumes.get();
                boolean goOn = true;
                for (ByteBuffer buffer : buffers) {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    if (bytes.length > 0 && !over.get()) {
                        goOn &= listener.onBody(ByteBuffer.wrap(bytes));
                    }
                }
                if (goOn) {
                    demand();
                } else {
                    resting = true;
                    restingSince = resumesSeen;
                }
            });
        }

        @Override
        public void onError(Throwable thrown) {
            step(() -> fail(kind(thrown), thrown));
        }

        @Override
        public void onComplete() {
            step(() -> {
                if (over.compareAndSet(false, true)) {
                    release();
                    listener.onEnd();
                }
            });
        }
    }
}
