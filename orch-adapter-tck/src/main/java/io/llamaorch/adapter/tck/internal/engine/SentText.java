package io.llamaorch.adapter.tck.internal.engine;

/** The text that a completion has told so far. Safe for concurrent use. */
final class SentText {
    private final StringBuilder text = new StringBuilder();

    synchronized void add(String piece) {
        text.append(piece);
    }

    @Override
    public synchronized String toString() {
        return text.toString();
    }
}
