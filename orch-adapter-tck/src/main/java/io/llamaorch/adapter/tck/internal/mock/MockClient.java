package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.WorkerError;

/** The client's end of one task: what the engine tells it, serially and without a lock held. */
interface MockClient {

    /** The task runs; says whether the client wants more now, or will tell by {@link MockTask#demand}. */
    boolean started(int promptTokens);

    /** One more token was generated; its text may be empty. Says whether the client wants more now. */
    boolean generated(String text, int tokens);

    /** The whole answer was told. */
    void ended(MockAnswer answer);

    /** There is no answer, or no more of it. */
    void failed(WorkerError error);
}
