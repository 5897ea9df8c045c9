package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.tck.Patience;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A listener that keeps what it hears; what it does at each event can be set. */
final class Recorder implements StreamListener, ExchangeListener {

    private final BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CountDownLatch outcome = new CountDownLatch(1);
    private final CountDownLatch connected = new CountDownLatch(1);
    private volatile @Nullable WireFailure failure;
    private volatile @Nullable ResponseHead head;
    private volatile @Nullable Call call;
    private Predicate<String> onPiece = piece -> true;
    private Runnable onAny = () -> {};

    /** Does this at each piece of the body, and answers what it says. */
    Recorder onPiece(Predicate<String> action) {
        onPiece = action;
        return this;
    }

    /** Does this at the end of each event. */
    Recorder onAny(Runnable action) {
        onAny = action;
        return this;
    }

    Call call() {
        return Objects.requireNonNull(call, "not connected");
    }

    ResponseHead head() {
        return Objects.requireNonNull(head, "no head");
    }

    /** What was heard so far; pieces of the body aside. */
    List<String> events() {
        return List.copyOf(events);
    }

    String body() {
        synchronized (body) {
            return body.toString(StandardCharsets.ISO_8859_1);
        }
    }

    String nextPiece() throws InterruptedException {
        return Patience.next(pieces);
    }

    void awaitConnected() throws InterruptedException {
        Patience.await(connected);
    }

    Recorder awaitOutcome() throws InterruptedException {
        Patience.await(outcome);
        return this;
    }

    WireFailure awaitFailure() throws InterruptedException {
        awaitOutcome();
        return Objects.requireNonNull(failure, () -> "ended well: " + events);
    }

    @Override
    public void onConnected(Call call) {
        this.call = call;
        events.add("connected");
        connected.countDown();
        onAny.run();
    }

    @Override
    public void onHead(ResponseHead head) {
        this.head = head;
        events.add("head " + head.status());
        onAny.run();
    }

    @Override
    public boolean onBody(ByteBuffer bytes) {
        String piece = StandardCharsets.ISO_8859_1.decode(bytes).toString();
        synchronized (body) {
            body.writeBytes(piece.getBytes(StandardCharsets.ISO_8859_1));
        }
        pieces.add(piece);
        return onPiece.test(piece);
    }

    @Override
    public void onEnd() {
        over("end");
    }

    @Override
    public void onAnswer(ResponseHead head, byte[] whole) {
        this.head = head;
        body.writeBytes(whole);
        over("answer");
    }

    @Override
    public void onFailure(WireFailure failure) {
        this.failure = failure;
        over("failure " + failure.kind());
    }

    private void over(String event) {
        events.add(event);
        try {
            onAny.run();
        } finally {
            outcome.countDown();
        }
    }
}
