package io.llamaorch.adapter.tck.internal.determinism;

import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a replica said.
 *
 * @param replica where
 * @param round which time, from 1
 * @param pieces its text, piece by piece
 * @param fingerprint what it depends on, if the adapter tells
 */
public record Answer(String replica, int round, List<String> pieces, Optional<Fingerprint> fingerprint) {

    /**
     * Copies the pieces.
     *
     * @param replica where
     * @param round which time
     * @param pieces its text
     * @param fingerprint what it depends on
     */
    public Answer {
        pieces = List.copyOf(pieces);
    }

    /**
     * Listens to a stream to its end; blocks.
     *
     * @param replica where it comes from
     * @param round which time
     * @param stream the stream
     * @return the answer
     * @throws WorkerException if it ends with an error
     */
    static Answer of(String replica, int round, TokenStream stream) {
        List<String> pieces = new ArrayList<>();
        Optional<Fingerprint> fingerprint = Optional.empty();
        for (TokenEvent event : stream) {
            if (event instanceof TokenEvent.Token token) {
                pieces.add(token.text());
            } else if (event instanceof TokenEvent.Started started) {
                fingerprint = started.details().fingerprint();
            } else if (event instanceof TokenEvent.End end) {
                Optional<Fingerprint> atTheEnd = end.details().fingerprint();
                fingerprint = atTheEnd.isPresent() ? atTheEnd : fingerprint;
            } else if (event instanceof TokenEvent.Error failure) {
                throw new WorkerException(failure.error());
            }
        }
        return new Answer(replica, round, pieces, fingerprint);
    }

    /** {@return its whole text} */
    public String text() {
        return String.join("", pieces);
    }

    @Override
    public String toString() {
        return replica + ", round " + round;
    }
}
