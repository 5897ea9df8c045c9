package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Sampling;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the engine knows of one task. The engine's lock guards all of it; what is volatile may be read without. */
final class MockTaskState {

    enum Phase {
        /** The engine has not seen it. */
        NEW,
        /** Taken, and never to be answered. */
        HELD,
        /** Waits for a slot. */
        WAITING,
        /** Has a slot. */
        RUNNING,
        /** The engine has done with it. */
        OVER
    }

    private static final int LONGEST_QUOTE = 1_000;

    volatile Phase phase = Phase.NEW;
    volatile boolean abandoned;
    volatile MockMishap mishap = MockMishap.NONE;

    /** What its client is told at the end, until it is. */
    @Nullable
    Consumer<MockClient> lastWord;

    /** Whether it may generate a token for which it had to wait. */
    boolean permit;

    int slot = -1;
    int tokens;
    int pieces;
    String ending = "runs still";
    final StringBuilder sent = new StringBuilder();

    boolean runs() {
        return phase == Phase.RUNNING;
    }

    /** Whether its client left and it goes on. */
    boolean abandoned() {
        return abandoned;
    }

    MockMishap mishap() {
        return mishap;
    }

    /** Whether its client still listens to it. */
    boolean open() {
        return phase != Phase.NEW && phase != Phase.OVER && !abandoned;
    }

    void told(String piece) {
        tokens++;
        if (!piece.isEmpty()) {
            pieces++;
        }
        sent.append(piece);
    }

    /** The exchange as a person reads it, bounded; it has no credential in it. */
    String account(MockTask task) {
        Sampling sampling = task.request().sampling();
        StringBuilder account = new StringBuilder("asked:  ").append(quote(task.prompt()));
        task.request()
                .maxTokens()
                .ifPresent(most -> account.append(", at most ").append(most).append(" tokens"));
        sampling.temperature()
                .ifPresent(value -> account.append(", temperature ").append(value));
        sampling.seed().ifPresent(value -> account.append(", seed ").append(value));
        sampling.stop().forEach(stop -> account.append(", stop ").append(quote(stop)));
        account.append("\nfault:  ").append(mishap.text()).append("\ntold:   ");
        if (slot < 0) {
            account.append("nothing, it had no slot");
        } else {
            account.append(pieces + " pieces, " + tokens + " tokens in slot " + slot + ": " + quote(sent.toString()));
        }
        return account.append("\nending: " + ending + "\n").toString();
    }

    private static String quote(String text) {
        return text.length() <= LONGEST_QUOTE
                ? '"' + text + '"'
                : '"' + MockText.cut(text, LONGEST_QUOTE) + "\"… (" + text.length() + " characters)";
    }
}
