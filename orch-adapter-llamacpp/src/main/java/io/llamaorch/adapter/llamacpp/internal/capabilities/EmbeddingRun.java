package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.ArrayList;
import java.util.List;

/**
 * The embeddings of many texts, part by part.
 *
 * <p>Thread safety: used for one call; its callbacks are serial.
 */
final class EmbeddingRun {

    private final List<String> texts;
    private final EngineCalls calls;
    private final EngineQueries.Reply<List<float[]>> reply;
    private final List<float[]> vectors = new ArrayList<>();

    EmbeddingRun(List<String> texts, EngineCalls calls, EngineQueries.Reply<List<float[]>> reply) {
        this.texts = texts;
        this.calls = calls;
        this.reply = reply;
    }

    void begin() {
        calls.ask(ServerEmbeddings.question(nextPart()), new PartReply());
    }

    /** The texts that come next: as many as a request may have, and no more than it may hold beyond the first. */
    private List<String> nextPart() {
        int from = vectors.size();
        int to = from + 1;
        long bytes = Sizes.bytes(texts.get(from));
        while (to < texts.size() && to - from < ServerEmbeddings.MOST_TEXTS) {
            bytes += Sizes.bytes(texts.get(to));
            if (bytes > Sizes.LONGEST_TEXT) {
                break;
            }
            to++;
        }
        return texts.subList(from, to);
    }

    private final class PartReply implements EngineQueries.Reply<List<float[]>> {

        @Override
        public void answer(List<float[]> part) {
            vectors.addAll(part);
            if (vectors.size() == texts.size()) {
                reply.answer(List.copyOf(vectors));
            } else {
                calls.askOn(ServerEmbeddings.question(nextPart()), this);
            }
        }

        @Override
        public void failure(WorkerError error) {
            reply.failure(error);
        }
    }
}
