package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Prints each event as one JSON object on a line; {@code docs/command-line.md} lists the fields. */
final class JsonPrinter implements EventPrinter {

    private final Terminal terminal;

    JsonPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void print(TokenEvent event) {
        terminal.println(JsonLine.of(line -> fields(line, event)));
    }

    /** {@return the line for a failure, whether it came from a stream or before there was one} */
    static String error(WorkerError error) {
        return JsonLine.of(line -> error(line, error));
    }

    private static void fields(JsonLine line, TokenEvent event) {
        // One branch for each kind; javac 17 has no pattern switch to check that with.
        if (event instanceof TokenEvent.Token token) {
            line.put("event", "token").put("index", token.index()).put("text", token.text());
            if (token.channel() != Channel.TEXT) {
                line.put("channel", token.channel().name().toLowerCase(Locale.ROOT));
            }
            likelihood(line, token.details());
        } else if (event instanceof TokenEvent.Queued queued) {
            line.put("event", "queued").put("position", queued.position());
            queued.details().predictedStart().ifPresent(wait -> line.put("predicted_start_ms", wait.toMillis()));
        } else if (event instanceof TokenEvent.Started started) {
            started(line, started);
        } else if (event instanceof TokenEvent.Progress progress) {
            line.put("event", "progress").put("processed", progress.processed());
            line.put("total", progress.total()).put("cached", progress.cached());
        } else if (event instanceof TokenEvent.Metrics metrics) {
            line.put("event", "metrics");
            numbers(line, metrics.usage(), metrics.timings());
        } else if (event instanceof TokenEvent.ToolCall call) {
            line.put("event", "tool_call").put("index", call.index()).put("id", call.id());
            line.put("name", call.name()).put("arguments", call.argumentsJson());
        } else if (event instanceof TokenEvent.Extension extension) {
            line.put("event", "extension").put("name", extension.name()).put("json", extension.json());
        } else if (event instanceof TokenEvent.End end) {
            end(line, end);
        } else if (event instanceof TokenEvent.Error failure) {
            error(line, failure.error());
        }
    }

    private static void started(JsonLine line, TokenEvent.Started started) {
        StartDetails details = started.details();
        line.put("event", "started").put("job", started.jobId()).put("engine", started.engine());
        line.putKnown("model", started.model()).put("version", details.engineVersion());
        line.putKnown("replica", details.replica());
        if (details.cacheCold()) {
            line.put("cache_cold", true);
        }
    }

    private static void likelihood(JsonLine line, TokenDetails details) {
        if (!details.ids().isEmpty()) {
            line.numbers("ids", details.ids());
        }
        details.logProbability().ifPresent(number -> logarithm(line, number));
        if (!details.alternatives().isEmpty()) {
            line.objects("alternatives", details.alternatives(), (inner, each) -> {
                inner.put("id", each.id()).put("text", each.text());
                logarithm(inner, each.logProbability());
            });
        }
    }

    /** JSON has no infinity: what could not have come has no number. */
    private static void logarithm(JsonLine line, double number) {
        if (Double.isFinite(number)) {
            line.put("logprob", number);
        }
    }

    private static void end(JsonLine line, TokenEvent.End end) {
        EndDetails details = end.details();
        line.put("event", "end").put("reason", end.reason().name());
        line.put("cause", details.cancelCause().map(Enum::name)).put("stop_string", details.stopString());
        line.put("slot", details.slot());
        if (details.truncated()) {
            line.put("truncated", true);
        }
        numbers(line, end.usage(), end.timings());
    }

    private static void error(JsonLine line, WorkerError error) {
        line.put("event", "error").put("code", error.code().name()).put("message", error.message());
        line.put("retriable", error.retriable()).put("tokens", error.tokensDelivered());
        error.retryAfter().ifPresent(wait -> line.put("retry_after_ms", wait.toMillis()));
        line.putKnown("engine", error.engine()).putKnown("replica", error.replica());
        line.putKnown("excerpt", error.excerpt());
        if (!error.usage().equals(Usage.UNKNOWN)) {
            usage(line, error.usage());
        }
    }

    private static void numbers(JsonLine line, Usage usage, Timings timings) {
        usage(line, usage);
        if (!timings.equals(Timings.UNKNOWN)) {
            line.object("timings", inner -> {
                millis(inner, "prompt_ms", timings.prompt());
                millis(inner, "generation_ms", timings.generation());
            });
        }
    }

    private static void usage(JsonLine line, Usage usage) {
        line.object(
                "usage",
                inner -> inner.put("prompt", usage.prompt())
                        .put("cached", usage.cached())
                        .put("generated", usage.generated()));
    }

    private static void millis(JsonLine line, String name, Optional<Duration> time) {
        time.ifPresent(known -> line.put(name, known.toMillis()));
    }
}
