package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;

/** Counts how often a feed says that its job is over. */
final class JobEnds implements EventFeed.Job {

    private int count;

    @Override
    public void ended(CompletionEvent last) {}

    @Override
    public void over(boolean mayWork) {
        count++;
    }

    int count() {
        return count;
    }
}
