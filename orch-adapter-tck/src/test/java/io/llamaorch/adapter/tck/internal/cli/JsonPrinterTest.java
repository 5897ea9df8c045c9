package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.QueueDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each event is one object on one line, with the documented names. */
class JsonPrinterTest {

    private static void check(String expected, TokenEvent event) {
        Screen screen = new Screen();
        new JsonPrinter(screen.terminal("", Map.of())).print(event);
        assertEquals(expected + "\n", screen.out());
    }

    private static TokenEvent token(String text) {
        return new TokenEvent.Token(3, text, Channel.TEXT, TokenDetails.NONE);
    }

    @Test
    void queued_always_hasThePosition() {
        check("{\"event\":\"queued\",\"position\":2}", new TokenEvent.Queued(2, QueueDetails.NONE));
        check(
                "{\"event\":\"queued\",\"position\":0,\"predicted_start_ms\":1500}",
                new TokenEvent.Queued(0, QueueDetails.startingIn(Duration.ofMillis(1500))));
    }

    @Test
    void started_whenAllIsKnown_hasJobEngineModelVersionReplica() {
        StartDetails details =
                StartDetails.builder().engineVersion("b1").replica("r0").build();
        check(
                "{\"event\":\"started\",\"job\":\"j\",\"engine\":\"llamacpp\",\"model\":\"m\",\"version\":\"b1\","
                        + "\"replica\":\"r0\"}",
                new TokenEvent.Started("j", "llamacpp", "m", details));
    }

    @Test
    void started_whenLittleIsKnown_leavesTheRestOut() {
        check(
                "{\"event\":\"started\",\"job\":\"j\",\"engine\":\"llamacpp\"}",
                new TokenEvent.Started("j", "llamacpp", "", StartDetails.NONE));
    }

    @Test
    void token_always_hasIndexAndText() {
        check("{\"event\":\"token\",\"index\":3,\"text\":\" café 🦙\"}", token(" café 🦙"));
    }

    @Test
    void token_whenItsTextCouldEndTheLine_isEscaped() {
        check(
                "{\"event\":\"token\",\"index\":3,\"text\":\"\\\"\\\\\\n\\r\\u0000\\u2028\\u2029\"}",
                token("\"\\\n\r\u0000\u2028\u2029"));
    }

    @Test
    void token_whenTheModelThinks_saysSo() {
        check(
                "{\"event\":\"token\",\"index\":0,\"text\":\"hm\",\"channel\":\"reasoning\"}",
                new TokenEvent.Token(0, "hm", Channel.REASONING, TokenDetails.NONE));
    }

    @Test
    void progressAndMetrics_always_haveTheCounts() {
        check("{\"event\":\"progress\",\"processed\":5,\"total\":9,\"cached\":1}", new TokenEvent.Progress(5, 9, 1));
        check(
                "{\"event\":\"metrics\",\"usage\":{\"prompt\":9,\"cached\":1,\"generated\":4},"
                        + "\"timings\":{\"prompt_ms\":20,\"generation_ms\":300}}",
                new TokenEvent.Metrics(Usage.of(9, 1, 4), Timings.of(Duration.ofMillis(20), Duration.ofMillis(300))));
    }

    @Test
    void end_always_hasReasonAndKnownUsage() {
        check(
                "{\"event\":\"end\",\"reason\":\"LIMIT\",\"usage\":{\"prompt\":9,\"generated\":4}}",
                new TokenEvent.End(StopReason.LIMIT, Usage.of(9, -1, 4), Timings.UNKNOWN, EndDetails.NONE));
    }

    @Test
    void end_whenCancelledOrStopped_saysByWhat() {
        check(
                "{\"event\":\"end\",\"reason\":\"CANCELLED\",\"cause\":\"CALLER\",\"usage\":{}}",
                new TokenEvent.End(
                        StopReason.CANCELLED,
                        Usage.UNKNOWN,
                        Timings.UNKNOWN,
                        EndDetails.builder().cancelCause(CancelCause.CALLER).build()));
        check(
                "{\"event\":\"end\",\"reason\":\"STOP_STRING\",\"stop_string\":\"###\",\"usage\":{}}",
                new TokenEvent.End(
                        StopReason.STOP_STRING,
                        Usage.UNKNOWN,
                        Timings.UNKNOWN,
                        EndDetails.builder().stopString("###").build()));
    }

    @Test
    void error_always_hasCodeMessageRetriableTokens() {
        WorkerError error = WorkerError.builder(ErrorCode.WORKER_RESET, "it was cut")
                .tokensDelivered(2)
                .replica("r0")
                .build();
        check(
                "{\"event\":\"error\",\"code\":\"WORKER_RESET\",\"message\":\"it was cut (docs/errors.md#worker_reset)\","
                        + "\"retriable\":false,\"tokens\":2,\"replica\":\"r0\"}",
                new TokenEvent.Error(error));
    }

    @Test
    void otherEvents_always_keepTheirContent() {
        check(
                "{\"event\":\"tool_call\",\"index\":0,\"id\":\"c1\",\"name\":\"add\",\"arguments\":\"{}\"}",
                new TokenEvent.ToolCall(0, "c1", "add", "{}"));
        check("{\"event\":\"extension\",\"name\":\"x\",\"json\":\"[1]\"}", new TokenEvent.Extension("x", "[1]"));
    }
}
