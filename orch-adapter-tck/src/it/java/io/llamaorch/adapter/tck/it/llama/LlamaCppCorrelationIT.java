package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real server takes every correlation id, the longest too: a header line of 8 KiB is more than it reads (OBS-02, SEC-04). */
@NoLeaks
@RealEngine
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaCppCorrelationIT {

    @Test
    void server_whenGivenAnyCorrelationId_answersAsWithoutOne() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            String told = Runs.twin(server, "Once", 5);
            for (String id : List.of("order 7", "a\u2028b: c", "中".repeat(TaskRequest.MAX_ID_LENGTH))) {
                var events = Runs.events(
                        adapter.submit(Runs.greedy("Once", 5).correlationId(id).build()));
                assertEquals(StopReason.LIMIT, Runs.end(events).reason(), id);
                assertEquals(told, Runs.text(events), id);
            }
        }
    }
}
