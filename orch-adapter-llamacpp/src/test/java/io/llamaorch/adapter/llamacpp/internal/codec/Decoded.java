package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.spi.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a reader makes of a stream: a line for each event, and the texts joined. */
final class Decoded {

    private final List<String> events = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final SseDecoder decoder;

    private Decoded(Function<EventReader.Listener, EventReader> form) {
        decoder = new SseDecoder(new EventAssembler(form.apply(this::hear), 1 << 20, Integer.MAX_VALUE), 1 << 20);
    }

    static Decoded of(byte[]... parts) {
        return of(new Decoded(CompletionEventReader::new), parts);
    }

    /** Of a chat that answers a task. */
    static Decoded of(TaskRequest chat, byte[]... parts) {
        return of(new Decoded(listener -> new ChatEventReader(listener, chat)), parts);
    }

    private static Decoded of(Decoded decoded, byte[]... parts) {
        for (byte[] part : parts) {
            decoded.decoder.feed(part, 0, part.length);
        }
        return decoded;
    }

    /** Of events that are these objects. */
    static Decoded ofData(String... data) {
        return of(events(data));
    }

    /** Of a chat's events with this data. */
    static Decoded ofData(TaskRequest chat, String... data) {
        return of(chat, events(data));
    }

    private static byte[] events(String... data) {
        return ("data: " + String.join("\n\ndata: ", data) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    List<String> events() {
        return events;
    }

    String last() {
        return events.get(events.size() - 1);
    }

    String text() {
        return text.toString();
    }

    private boolean hear(CompletionEvent event) {
        text.append(event.content());
        events.add(describe(event));
        return !event.stop() && event.error() == null && event.fault() == null;
    }

    private static String describe(CompletionEvent event) {
        StringBuilder line = new StringBuilder();
        if (!event.reasoning().isEmpty()) {
            line.append('(').append(event.reasoning()).append(") ");
        }
        line.append('[').append(event.content()).append(']');
        event.toolCalls()
                .forEach(call -> line.append(" call ")
                        .append(call.id())
                        .append(' ')
                        .append(call.name())
                        .append(call.argumentsJson()));
        if (event.fault() != null) {
            line.append(" fault: ").append(event.fault());
        }
        add(line, "generated", event.tokensPredicted());
        add(line, "prompt", event.tokensEvaluated());
        add(line, "cached", event.cached());
        add(line, "slot", event.slot());
        if (event.hasProgress()) {
            line.append(" progress ")
                    .append(event.progressProcessed())
                    .append('/')
                    .append(event.progressTotal())
                    .append('/')
                    .append(event.progressCached());
        }
        if (event.hasTimings()) {
            line.append(' ')
                    .append(event.timings().prompt().orElseThrow().toNanos() / 1000)
                    .append("us+")
                    .append(event.timings().generation().orElseThrow().toNanos() / 1000)
                    .append("us");
        }
        if (event.stop()) {
            line.append(" stop ").append(event.stopReason());
        }
        if (event.stoppingWord() != null) {
            line.append(" at '").append(event.stoppingWord()).append('\'');
        }
        if (event.truncated()) {
            line.append(" truncated");
        }
        EngineError error = event.error();
        if (error != null) {
            line.append(" error ")
                    .append(error.code())
                    .append(' ')
                    .append(error.type())
                    .append(": ");
            line.append(error.message());
            add(line, "of", error.promptTokens());
            add(line, "in", error.contextLength());
        }
        return line.toString();
    }

    private static void add(StringBuilder line, String name, int count) {
        if (count >= 0) {
            line.append(' ').append(name).append(' ').append(count);
        }
    }
}
