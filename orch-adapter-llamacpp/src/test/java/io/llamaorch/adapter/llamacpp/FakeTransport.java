package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A transport that writes down what it is asked, and answers when the test says so, on the test's thread. What is made
 * to run on the I/O thread runs at once.
 */
public final class FakeTransport implements Transport {

    /** One small request and who waits for its answer. */
    public record Question(WireRequest request, ExchangeListener listener) {

        public void answer(int status, String body) {
            answer(status, List.of(), body);
        }

        public void answer(int status, List<ResponseHead.Field> headers, String body) {
            listener.onAnswer(new ResponseHead(status, headers), body.getBytes(StandardCharsets.UTF_8));
        }

        public void fail(WireFailure.Kind kind) {
            listener.onFailure(failure(kind));
        }
    }

    /** One call under way. */
    public static final class FakeCall implements Call {
        private boolean cancelled;
        private int resumes;

        private FakeCall() {}

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void resume() {
            resumes++;
        }

        @Override
        public void execute(Runnable step) {
            step.run();
        }

        public boolean cancelled() {
            return cancelled;
        }

        public int resumes() {
            return resumes;
        }
    }

    /** What happens while {@link #stream} has not returned yet. */
    public interface Overtaker {
        void run(StreamListener listener, Call call);
    }

    private final List<Question> questions = new ArrayList<>();
    private final List<WireRequest> streamed = new ArrayList<>();
    private final List<StreamListener> listeners = new ArrayList<>();
    private final List<FakeCall> calls = new ArrayList<>();
    private Overtaker overtaker = (listener, call) -> {};
    private boolean closed;

    /** One that was asked nothing yet. */
    public FakeTransport() {}

    public List<Question> questions() {
        return questions;
    }

    public Question question(int index) {
        return questions.get(index);
    }

    public List<WireRequest> streamed() {
        return streamed;
    }

    public StreamListener listener() {
        return listeners.get(listeners.size() - 1);
    }

    public FakeCall call() {
        return calls.get(calls.size() - 1);
    }

    public void overtakeWith(Overtaker next) {
        overtaker = next;
    }

    @Override
    public Call exchange(WireRequest request, ExchangeListener listener) {
        if (closed) {
            listener.onFailure(failure(WireFailure.Kind.CLOSED));
        } else {
            questions.add(new Question(request, listener));
        }
        return new FakeCall();
    }

    @Override
    public Call stream(WireRequest request, StreamListener listener) {
        FakeCall call = new FakeCall();
        if (closed) {
            listener.onFailure(failure(WireFailure.Kind.CLOSED));
        } else {
            streamed.add(request);
            listeners.add(listener);
            calls.add(call);
            overtaker.run(listener, call);
        }
        return call;
    }

    @Override
    public void close() {
        closed = true;
    }

    static WireFailure failure(WireFailure.Kind kind) {
        return new WireFailure(kind, "engine-1:8080: it happened", false, null);
    }
}
