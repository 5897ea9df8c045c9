package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** A transport that tells before and after what passes through it, so that a test can hold a thread up there. */
record SteppedTransport(Transport transport, Consumer<Step> steps) implements Transport {

    /** Where threads can overtake each other between a run and its connection. */
    enum Step {
        /** The submitting thread is about to have the request sent. */
        REQUEST_ASKED,
        /** The request is on its way, and the run does not have its call yet. */
        CALL_RETURNS,
        CONNECTED,
        HEAD_READ,
        BODY_READ,
        BODY_TOLD,
        END_READ,
        FAILURE_SEEN,
        /** Somebody wants the connection closed, and the I/O thread does not know yet. */
        CANCEL_ASKED,
        /** The I/O thread knows, and whoever asked does not go on yet. */
        CANCEL_RETURNS,
        RESUME_ASKED,
        /** Something runs on the I/O thread at a run's wish. */
        ASIDE
    }

    @Override
    public Call exchange(WireRequest request, ExchangeListener listener) {
        return transport.exchange(request, listener);
    }

    @Override
    public Call stream(WireRequest request, StreamListener listener) {
        steps.accept(Step.REQUEST_ASKED);
        Call call = stepped(transport.stream(request, stepped(listener)));
        steps.accept(Step.CALL_RETURNS);
        return call;
    }

    @Override
    public void close() {
        transport.close();
    }

    private Call stepped(Call call) {
        return new Call() {
            @Override
            public void cancel() {
                steps.accept(Step.CANCEL_ASKED);
                call.cancel();
                steps.accept(Step.CANCEL_RETURNS);
            }

            @Override
            public void resume() {
                steps.accept(Step.RESUME_ASKED);
                call.resume();
            }

            @Override
            public void execute(Runnable step) {
                call.execute(() -> {
                    steps.accept(Step.ASIDE);
                    step.run();
                });
            }
        };
    }

    private StreamListener stepped(StreamListener listener) {
        return new StreamListener() {
            @Override
            public void onConnected(Call call) {
                steps.accept(Step.CONNECTED);
                listener.onConnected(stepped(call));
            }

            @Override
            public void onHead(ResponseHead head) {
                steps.accept(Step.HEAD_READ);
                listener.onHead(head);
            }

            @Override
            public boolean onBody(ByteBuffer bytes) {
                steps.accept(Step.BODY_READ);
                boolean goOn = listener.onBody(bytes);
                steps.accept(Step.BODY_TOLD);
                return goOn;
            }

            @Override
            public void onEnd() {
                steps.accept(Step.END_READ);
                listener.onEnd();
            }

            @Override
            public void onFailure(WireFailure failure) {
                steps.accept(Step.FAILURE_SEEN);
                listener.onFailure(failure);
            }
        };
    }
}
