package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.EngineScript;
import java.util.List;

/**
 * A model that says one text whatever it is asked, a token for each byte. Thoughts and calls of tools stand in it between
 * marks, as models are trained to write them.
 *
 * <p>Thread safety: immutable.
 */
final class Recital implements TextModel {
    private final Vocabulary vocabulary;
    private final int[] tokens;

    Recital(Vocabulary vocabulary, EngineScript.Answer answer) {
        this.vocabulary = vocabulary;
        StringBuilder text = new StringBuilder();
        if (!answer.reasoning().isEmpty()) {
            text.append(Voices.THOUGHT).append(answer.reasoning()).append(Voices.THOUGHT_ENDS);
        }
        text.append(answer.text());
        answer.calls()
                .forEach(call -> text.append(Voices.CALL)
                        .append(call.name())
                        .append(' ')
                        .append(call.argumentsJson())
                        .append(Voices.CALL_ENDS));
        this.tokens = Vocabulary.bytesOf(text.toString());
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public Walk begin(List<Integer> prompt) {
        return new Walk() {
            private int told;

            @Override
            public Candidates next() {
                int token = told < tokens.length ? tokens[told] : Vocabulary.END;
                return new Candidates(new int[] {token}, new double[] {0});
            }

            @Override
            public void accept(int token) {
                told++;
            }
        };
    }
}
