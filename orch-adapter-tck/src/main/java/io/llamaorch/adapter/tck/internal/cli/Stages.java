package io.llamaorch.adapter.tck.internal.cli;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waits for what an adapter answers. */
final class Stages {

    private Stages() {}

    /** {@return the stage's value; what it failed with is thrown as it is} */
    static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
