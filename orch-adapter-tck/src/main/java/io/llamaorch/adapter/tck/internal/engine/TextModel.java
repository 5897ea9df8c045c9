package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;

/** Something that says, for each step of a text, which tokens may follow and how well each fits. */
interface TextModel {
    Vocabulary vocabulary();

    /** Begins after a prompt that has been evaluated. */
    Walk begin(List<Integer> prompt);

    /** One text in the making. Calls must be serial. */
    interface Walk {
        /** What may follow now; the same history gives the same candidates, in every instance. */
        Candidates next();

        /** Takes the token that was chosen. */
        void accept(int token);
    }

    /** Tokens with their scores (logits), in no particular order. */
    @SuppressWarnings("ArrayRecordComponent") // made and read in one step, never compared
    record Candidates(int[] tokens, double[] scores) {}
}
