package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many requests, one after another and at once: the server closes each connection that it announces as kept. */
@NoLeaks
@RealEngine
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LlamaCppLoadIT {
    private static final String PROMPT = "Once upon a time";

    @Test
    void thousandRequests_whenOneAfterAnother_noneFails() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<String> failures = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                List<TokenEvent> events =
                        Runs.events(adapter.submit(Runs.greedy(PROMPT, 1).build()));
                TokenEvent last = events.get(events.size() - 1);
                if (!(last instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT)
                        || !Runs.text(events).equals(" there")) {
                    failures.add("request " + i + ": " + last);
                }
            }
            assertEquals(List.of(), failures);
        }
    }

    @Test
    void thirtyTwoStreams_whenAtOnceOnFourSlots_allHaveTheRightText() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.plain()).parallel(4).start();
                WorkerAdapter adapter = Runs.adapter(server)) {
            String right = Runs.twin(server, PROMPT, 80);
            List<TokenStream> streams = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                streams.add(adapter.submit(Runs.greedy(PROMPT, 80).build()));
            }
            for (TokenStream stream : streams) {
                assertEquals(right, Runs.await(stream.collect()), server::log);
            }
        }
    }
}
