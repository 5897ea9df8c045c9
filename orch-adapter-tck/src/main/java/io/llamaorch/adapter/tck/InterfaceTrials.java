package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Interfaces;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the groups of rules on capability interfaces stand on: an interface that is not declared must not be there. */
interface InterfaceTrials extends Rules {

    /** What is asked of an interface, and what must come of it. */
    @FunctionalInterface
    interface Trial<T> {
        /** Asks. */
        void run(Bench bench, T capability) throws InterruptedException;
    }

    /** Tries an interface that is declared, unless the engine is none for it. */
    default <T> void declared(EngineScript script, Class<T> type, Capability capability, Trial<T> trial)
            throws InterruptedException {
        try (Bench bench = open(script)) {
            Interfaces interfaces = new Interfaces(bench);
            Optional<T> found = interfaces.find(type, capability);
            if (found.isEmpty() || interfaces.isRefusedByTheEngine(capability)) {
                refusedAsDocumented();
            } else {
                trial.run(bench, found.get());
            }
        }
    }

    /** The stage must fail with this code. */
    static void mustFail(Bench bench, String what, ErrorCode code, CompletionStage<?> stage, String cause)
            throws InterruptedException {
        new Interfaces(bench).mustFail(what, code, stage, cause);
    }

    /** Whether a call throws IllegalArgumentException. */
    static boolean isMisuse(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
