package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.Engines.PROPS;
import static io.llamaorch.adapter.llamacpp.RunBench.END;
import static io.llamaorch.adapter.llamacpp.RunBench.task;
import static io.llamaorch.adapter.llamacpp.RunBench.tokens;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes of an answer: read as long as there is demand, to its end and no further. */
@NoLeaks
class CompletionRunAnswerTest {

    @RegisterExtension
    private final RunBench run = new RunBench();

    @Test
    void demand_missing_restsAndGoesOn() {
        run.submit(task().build(), 0);
        run.transport.question(0).answer(200, PROPS);
        run.streamHead();
        assertTrue(run.body(tokens(0, 30)));
        assertFalse(run.body(tokens(30, 31)), "Started and 31 tokens wait");
        assertFalse(run.body(tokens(31, 50)), "what the same read brought");
        run.request(42);
        assertEquals(0, run.transport.call().resumes(), "nine still wait");
        run.request(1);
        assertEquals(1, run.transport.call().resumes());
        assertTrue(run.body(tokens(50, 60)));
        run.request(100);
        run.body(END);
        assertEquals(IntStream.range(0, 60).mapToObj(i -> i + " ").collect(Collectors.joining()), run.text());
        assertEquals(StopReason.END_OF_TEXT, run.reason());
    }

    @Test
    void events_afterTheEndMarker_areIgnored() {
        run.submitKnowing();
        run.streamHead();
        run.body(tokens(0, 1) + END + tokens(1, 2) + "data: nonsense\n\n");
        assertEquals("0 ", run.text());
        assertEquals(StopReason.END_OF_TEXT, run.reason());
    }

    @Test
    void finalEvent_withText_deliversItFirst() {
        run.submitKnowing();
        run.streamHead();
        run.body("data: {\"content\":\"tail\",\"stop\":true,\"stop_type\":\"limit\"}\n\n");
        assertEquals("tail", run.text());
        assertEquals(StopReason.LIMIT, run.reason());
    }

    @Test
    void event_endless_endsAsProtocol() {
        run.submitKnowing();
        run.streamHead();
        run.body("data: {\"content\":\"");
        String more = "x".repeat(16 * 1024);
        for (int i = 0; i < 200 && !run.transport.call().cancelled(); i++) {
            run.body(more);
        }
        assertEquals(ErrorCode.PROTOCOL, run.code());
    }

    @Test
    void prompt_long_mayBeRepeatedByTheFinalEvent() {
        String prompt = "é".repeat(300_000);
        run.submit(TaskRequest.builder(prompt).jobId("job-1").build(), Long.MAX_VALUE);
        run.transport.question(0).answer(200, PROPS);
        run.streamHead();
        String echo = "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"prompt\":\""
                + "\\u00e9".repeat(300_000) + "\"}\n\n";
        run.body(echo);
        assertEquals(StopReason.END_OF_TEXT, run.reason());
    }

    @Test
    void answer_thatIsNoStream_isReadNoFurtherThanItsLimit() {
        run.submit();
        run.head(400, "text/html");
        String part = "x".repeat(16 * 1024 - 1);
        int read = 0;
        while (run.body(part)) {
            read += part.length();
        }
        assertTrue(read < 64 * 1024, "read " + read);
        assertEquals(ErrorCode.INVALID_PARAMS, run.code());
        assertTrue(run.transport.call().cancelled());
    }

    @ParameterizedTest
    @CsvSource({"401, UNAUTHORIZED", "503, POOL_UNREADY", "200, WORKER_RESET"})
    void answer_thatIsCutAfterItsStatus_isWhatTheStatusSays(int status, ErrorCode code) {
        run.submit();
        run.head(status, "application/json");
        run.body("{\"error\":{\"mess");
        run.transport.listener().onFailure(FakeTransport.failure(WireFailure.Kind.RESET));
        assertEquals(code, run.code());
    }
}
