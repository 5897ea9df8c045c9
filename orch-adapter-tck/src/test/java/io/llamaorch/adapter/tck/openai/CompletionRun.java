package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One task from its request to its end, on a thread of its own that may block wherever it likes: a cancel, or a time
 * limit, cuts the connection from outside, and that wakes it.
 */
final class CompletionRun implements Runnable {

    private static final String END_MARKER = "[DONE]";

    private final Engine engine;
    private final CompletionRequest request;
    private final TokenEmitter emitter;
    private final HttpExchange exchange;
    private String finish = "";
    private Timings timings = Timings.UNKNOWN;

    CompletionRun(Engine engine, CompletionRequest request, TokenEmitter emitter) {
        this.engine = engine;
        this.request = request;
        this.emitter = emitter;
        this.exchange = engine.exchange();
    }

    /** Lets go of the engine. It has no way to ask what became of the task, so that nothing is claimed (CAN-07). */
    CancelReceipt cut() {
        exchange.cut();
        return exchange.sent()
                ? CancelReceipt.unconfirmed("the OpenAI protocol does not tell whether a request still runs")
                : CancelReceipt.slotFree(Duration.ZERO);
    }

    @Override
    public void run() {
        try (exchange) {
            String model = request.model(engine.models());
            connect();
            complete(model);
        } catch (IOException e) {
            if (!emitter.ended()) { // else it is the adapter that closed the connection
                engine.forget();
            }
            WorkerError error = Failures.of(e, exchange);
            if (exchange.sent()) {
                emitter.error(error);
            } else {
                emitter.refused(error); // there was never anything at the engine
            }
        } catch (InterruptedException e) {
            emitter.error(WorkerError.of(ErrorCode.INTERNAL, "the adapter's thread was interrupted: nobody should"));
        } catch (RuntimeException e) {
            emitter.error(WorkerError.builder(ErrorCode.INTERNAL, "the adapter failed: report it with the cause")
                    .cause(e)
                    .build());
        }
    }

    private void connect() throws IOException {
        TimeSource.Scheduled limit = engine.clock().schedule(engine.connectLimit(), () -> {
            if (!exchange.connected()) {
                emitter.refused(Failures.unreachable(engine.connectLimit()));
                exchange.cut();
            }
        });
        try {
            exchange.connect();
        } finally {
            limit.cancel();
        }
    }

    private void complete(String model) throws IOException, InterruptedException {
        HttpAnswer answer = exchange.post(request.path(), request.headers(), request.body(model));
        if (answer.status() != 200) {
            refuse(answer);
            return;
        }
        if (!answer.isOf("text/event-stream")) {
            throw BadAnswer.protocol("the answer is no stream of events");
        }
        read(new EventReader(answer.body()), model);
    }

    /** A refusal in the engine's own words frees its place; what a gateway says of its own failure proves nothing. */
    private void refuse(HttpAnswer answer) {
        String body = answer.text();
        exchange.close();
        engine.forget();
        WorkerError error = Failures.of(answer, body, exchange);
        boolean inItsOwnWords = !Failures.said(body).isEmpty();
        if (inItsOwnWords || (answer.status() >= 400 && answer.status() < 500)) {
            emitter.refused(error);
        } else {
            emitter.error(error);
        }
    }

    private void read(EventReader events, String model) throws IOException, InterruptedException {
        boolean more = emitter.started(
                model,
                engine.version()
                        .map(version ->
                                StartDetails.builder().engineVersion(version).build())
                        .orElse(StartDetails.NONE));
        while (more || emitter.awaitDemand()) {
            String data = events.next();
            engine.heard();
            if (data.equals(END_MARKER)) {
                end(model);
                return;
            }
            CompletionEvent event = CompletionEvent.read(data);
            if (!event.error().isEmpty()) {
                exchange.close();
                emitter.refused(Failures.of(event.error(), exchange));
                return;
            }
            more = emit(event);
        }
    }

    private boolean emit(CompletionEvent event) {
        engine.version(event.version());
        finish = event.finish().isEmpty() ? finish : event.finish();
        Map<?, ?> usage = event.usage();
        emitter.usage(
                Json.count(usage, "prompt_tokens"),
                Json.count(Json.at(usage, "prompt_tokens_details"), "cached_tokens"),
                Json.count(usage, "completion_tokens"));
        if (event.timings().get("prompt_ms") instanceof Number prompt
                && event.timings().get("predicted_ms") instanceof Number generation) {
            timings = Timings.of(millis(prompt), millis(generation));
        }
        emitter.token(event.reasoning(), Channel.REASONING, TokenDetails.NONE);
        return emitter.token(event.text());
    }

    private static Duration millis(Number millis) {
        return Duration.ofNanos(Math.max(0, (long) (millis.doubleValue() * 1e6)));
    }

    private void end(String model) throws IOException {
        if (finish.isEmpty()) {
            throw BadAnswer.cut("the stream ended without saying why");
        }
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("engine-version", engine.version().orElse("unknown"));
        entries.put("model", model.isEmpty() ? "unknown" : model);
        entries.putAll(request.settings());
        exchange.close(); // the outcome says that nothing is held any more
        emitter.end(
                reason(),
                timings,
                EndDetails.builder().fingerprint(Fingerprint.of(entries)).build());
    }

    private StopReason reason() {
        return switch (finish) {
            case "length" -> StopReason.LIMIT;
            case "stop" -> request.hasStopStrings() ? StopReason.UNKNOWN : StopReason.END_OF_TEXT;
            case "tool_calls" -> StopReason.TOOL_CALLS;
            default -> StopReason.UNKNOWN;
        };
    }
}
