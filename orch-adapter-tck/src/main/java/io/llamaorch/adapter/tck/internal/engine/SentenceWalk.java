package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;

/** A text that is known beforehand: at each step there is one token that may follow. Calls must be serial. */
final class SentenceWalk implements TextModel.Walk {
    private final List<Integer> tokens;
    private int said;

    SentenceWalk(List<Integer> tokens) {
        this.tokens = tokens;
    }

    @Override
    public TextModel.Candidates next() {
        int token = said < tokens.size() ? tokens.get(said) : Vocabulary.END;
        return new TextModel.Candidates(new int[] {token}, new double[] {0});
    }

    @Override
    public void accept(int token) {
        said++;
    }
}
