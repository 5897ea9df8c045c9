package io.llamaorch.adapter.tck.internal.kit;

import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A subscriber that keeps all that it hears and asks for as much as it is told. Safe for concurrent use. */
public final class Heard implements Flow.Subscriber<TokenEvent> {

    private final List<TokenEvent> events = new ArrayList<>();
    private final List<String> after = new ArrayList<>();
    private final long firstDemand;
    private final Consumer<TokenEvent> onEvent;
    private Flow.@Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private boolean completed;

    private Heard(long firstDemand, Consumer<TokenEvent> onEvent) {
        this.firstDemand = firstDemand;
        this.onEvent = onEvent;
    }

    /** One that asks for everything. */
    public static Heard everything() {
        return new Heard(Long.MAX_VALUE, event -> {});
    }

    /** One that asks for so much and then waits to be told. */
    public static Heard asking(long demand) {
        return new Heard(demand, event -> {});
    }

    /** One that asks for everything and does something with each event, on the delivering thread. */
    public static Heard doing(Consumer<TokenEvent> onEvent) {
        return new Heard(Long.MAX_VALUE, onEvent);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        synchronized (this) {
            subscription = given;
        }
        if (firstDemand > 0) {
            given.request(firstDemand);
        }
    }

    @Override
    public void onNext(TokenEvent event) {
        synchronized (this) {
            if (completed || failure != null) {
                after.add("onNext(" + name(event) + ")");
            }
            events.add(event);
            notifyAll();
        }
        onEvent.accept(event);
    }

    @Override
    public synchronized void onError(Throwable thrown) {
        if (completed || failure != null) {
            after.add("onError(" + thrown + ")");
        }
        failure = thrown;
        notifyAll();
    }

    @Override
    public synchronized void onComplete() {
        if (completed || failure != null) {
            after.add("onComplete()");
        }
        completed = true;
        notifyAll();
    }

    /** Asks for more. */
    public void request(long more) {
        Flow.Subscription given;
        synchronized (this) {
            given = subscription;
        }
        if (given != null) {
            given.request(more);
        }
    }

    /** Cancels the subscription; nothing may be heard after that. */
    public void cancel() {
        Flow.Subscription given;
        synchronized (this) {
            given = subscription;
        }
        if (given != null) {
            given.cancel();
        }
    }

    /** Waits until what was heard is as described; tells whether it was within the time. */
    public synchronized boolean await(Predicate<Heard> condition, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.test(this)) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }

    /** Whether {@code onComplete} or {@code onError} came. */
    public synchronized boolean over() {
        return completed || failure != null;
    }

    /** What {@code onError} brought. */
    public synchronized Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Signals that came after the last one that may. */
    public synchronized List<String> afterTheEnd() {
        return List.copyOf(after);
    }

    /** All events so far. */
    public synchronized List<TokenEvent> events() {
        return List.copyOf(events);
    }

    /** The terminal events so far; there should be one in the end. */
    public List<TokenEvent.Terminal> terminals() {
        return events().stream()
                .filter(TokenEvent.Terminal.class::isInstance)
                .map(TokenEvent.Terminal.class::cast)
                .toList();
    }

    /** The pieces so far. */
    public List<TokenEvent.Token> tokens() {
        return events().stream()
                .filter(TokenEvent.Token.class::isInstance)
                .map(TokenEvent.Token.class::cast)
                .toList();
    }

    /** How many pieces so far. */
    public int pieces() {
        return tokens().size();
    }

    /** Whether {@code Started} was heard. */
    public boolean started() {
        return events().stream().anyMatch(TokenEvent.Started.class::isInstance);
    }

    /** The pieces' text, joined. */
    public String text() {
        StringBuilder text = new StringBuilder();
        tokens().forEach(token -> text.append(token.text()));
        return text.toString();
    }

    /** What was heard, in one line. */
    public String story() {
        StringBuilder story = new StringBuilder();
        String last = "";
        int times = 0;
        for (TokenEvent event : events()) {
            String name = name(event);
            if (name.equals(last)) {
                times++;
                continue;
            }
            append(story, last, times);
            last = name;
            times = 1;
        }
        append(story, last, times);
        failure().ifPresent(thrown -> append(story, "onError(" + thrown + ")", 1));
        afterTheEnd().forEach(signal -> append(story, signal + " after the end", 1));
        return story.isEmpty() ? "no event" : story.toString();
    }

    private static void append(StringBuilder story, String name, int times) {
        if (times > 0) {
            story.append(story.isEmpty() ? "" : ", ").append(name).append(times > 1 ? " × " + times : "");
        }
    }

    private static String name(TokenEvent event) {
        if (event instanceof TokenEvent.End end) {
            return "End(" + end.reason()
                    + end.details().cancelCause().map(cause -> ", " + cause).orElse("") + ")";
        }
        if (event instanceof TokenEvent.Error error) {
            return "Error(" + error.error().code() + ", " + error.error().tokensDelivered() + " pieces, \""
                    + error.error().message() + "\")";
        }
        return event.getClass().getSimpleName();
    }
}
