package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a reader makes of a stream: a line for each event, and the texts joined. */
final class Decoded {

    private final List<String> events = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final CompletionEventReader reader = new CompletionEventReader(this::hear);
    private final SseDecoder decoder = new SseDecoder(new EventAssembler(reader, 1 << 20, Integer.MAX_VALUE), 1 << 20);

    static Decoded of(byte[]... parts) {
        Decoded decoded = new Decoded();
        for (byte[] part : parts) {
            decoded.decoder.feed(part, 0, part.length);
        }
        return decoded;
    }

    /** Of events that are these objects. */
    static Decoded ofData(String... data) {
        return of(("data: " + String.join("\n\ndata: ", data) + "\n\n").getBytes(StandardCharsets.UTF_8));
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
        return !event.stop() && event.error() == null;
    }

    private static String describe(CompletionEvent event) {
        StringBuilder line = new StringBuilder("[").append(event.content()).append(']');
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
