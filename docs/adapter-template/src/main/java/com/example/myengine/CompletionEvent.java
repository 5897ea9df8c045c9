package com.example.myengine;

import java.io.IOException;
import java.util.Map;

/**
 * One event of a stream. Immutable.
 *
 * @param text what the model says; empty if nothing
 * @param reasoning what it thinks before; empty if nothing
 * @param finish why the text is over; empty while it is not
 * @param usage the engine's counts; empty in most events
 * @param timings the engine's times; empty in most events
 * @param version the engine's build; empty where it does not tell
 * @param error what the engine says went wrong; empty if nothing
 */
record CompletionEvent(
        String text,
        String reasoning,
        String finish,
        Map<?, ?> usage,
        Map<?, ?> timings,
        String version,
        Map<?, ?> error) {

    static CompletionEvent read(String data) throws IOException {
        Map<String, Object> event = Json.object(data);
        Map<?, ?> error = Json.at(event, "error");
        if (!event.isEmpty() && error.isEmpty() && !event.containsKey("choices")) {
            throw BadAnswer.protocol("an event of the stream is neither a completion nor an error");
        }
        Map<?, ?> choice = Json.first(event, "choices");
        Map<?, ?> delta = Json.at(choice, "delta"); // of a chat; a completion of plain text has its text in the choice
        return new CompletionEvent(
                Json.text(choice, "text") + Json.text(delta, "content"),
                Json.text(delta, "reasoning_content"),
                Json.text(choice, "finish_reason"),
                Json.at(event, "usage"),
                Json.at(event, "timings"),
                Json.text(event, "system_fingerprint"),
                error);
    }
}
