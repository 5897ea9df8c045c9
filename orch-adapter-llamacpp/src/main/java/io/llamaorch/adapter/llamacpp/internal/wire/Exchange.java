package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Gathers a whole answer up to a ceiling. */
final class Exchange implements StreamListener {

    private final int ceiling;
    private final ExchangeListener listener;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable ResponseHead head;

    Exchange(int ceiling, ExchangeListener listener) {
        this.ceiling = ceiling;
        this.listener = listener;
    }

    @Override
    public void onHead(ResponseHead head) {
        this.head = head;
    }

    @Override
    public boolean onBody(ByteBuffer bytes) {
        if (bytes.remaining() > ceiling - body.size()) {
            throw WireException.tooLarge("the response (" + head + ") has a body of more than " + ceiling + " bytes");
        }
        body.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        return true;
    }

    @Override
    public void onEnd() {
        if (head != null) {
            listener.onAnswer(head, body.toByteArray());
        }
    }

    @Override
    public void onFailure(WireFailure failure) {
        listener.onFailure(failure);
    }
}
