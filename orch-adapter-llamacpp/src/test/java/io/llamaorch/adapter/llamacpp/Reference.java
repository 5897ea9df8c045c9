package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What must come of a stream that is broken off anywhere, worked out from the text of its body alone: simply, slowly and
 * without any of the adapter's code. An event counts once its empty line was begun; the first that ends the stream, or
 * else the cut, is the terminal one.
 */
final class Reference {

    /** An event that has been read whole: from where to where its data stands, and what it makes heard. */
    private record Step(int from, int to, List<String> heard, boolean ends, boolean nonsense, String ifCutHere) {}

    private final List<Step> steps = new ArrayList<>();
    private int pieces;
    private int prompt = -1;
    private int cached = -1;
    private int generated = -1;
    private final String ifCutAtOnce = error(ErrorCode.WORKER_RESET);

    private Reference(byte[] body) {
        // each byte is one character here, so that places in the text are places in the body
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int lineStart = text.startsWith("\u00EF\u00BB\u00BF") ? 3 : 0;
        int eventStart = lineStart;
        List<String> lines = new ArrayList<>();
        for (int at = lineStart; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n' && at > 0 && text.charAt(at - 1) == '\r') {
                lineStart = at + 1;
            } else if (c == '\n' || c == '\r') {
                String line = text.substring(lineStart, at);
                lineStart = at + 1;
                lines.add(line);
                if (line.isEmpty()) {
                    event(lines, eventStart, at + 1);
                    lines.clear();
                    eventStart = at + 1;
                }
            }
        }
    }

    static Reference of(Recording recording) {
        return new Reference(recording.body());
    }

    /** Every sequence of events that is right, if nothing comes after so much of the body. */
    List<List<String>> right(int bodyLength) {
        List<String> heard = new ArrayList<>(List.of("Started"));
        String cut = ifCutAtOnce;
        for (Step step : steps) {
            if (step.to > bodyLength) {
                // nonsense may be told before it is whole
                return step.nonsense && step.from < bodyLength
                        ? List.of(with(heard, cut), with(heard, step.heard.get(0)))
                        : List.of(with(heard, cut));
            }
            heard.addAll(step.heard);
            if (step.ends) {
                return List.of(heard);
            }
            cut = step.ifCutHere;
        }
        return List.of(with(heard, cut));
    }

    /** What is heard if the connection ends before the head is whole (EVT-02). */
    List<List<String>> rightBeforeTheHead() {
        return List.of(List.of(ifCutAtOnce));
    }

    /** How many events come before the terminal one, if nothing comes after so much of the body. */
    int before(int bodyLength) {
        return right(bodyLength).get(0).size() - 1;
    }

    private static List<String> with(List<String> heard, String last) {
        List<String> all = new ArrayList<>(heard);
        all.add(last);
        return all;
    }

    private void event(List<String> lines, int from, int to) {
        List<String> data = new ArrayList<>();
        boolean errorField = false;
        for (String line : lines) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            if (name.equals("data") || name.equals("error")) {
                data.add(value.startsWith(" ") ? value.substring(1) : value);
                errorField = name.equals("error");
            }
        }
        if (data.isEmpty()) {
            return;
        }
        String text = new String(String.join("\n", data).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        try {
            Object event = PlainJson.read(text);
            if (event instanceof Map<?, ?> object) {
                object(object, errorField, from, to);
            }
        } catch (IllegalArgumentException noJson) {
            steps.add(new Step(from, to, List.of(error(ErrorCode.PROTOCOL)), true, true, ""));
        }
    }

    private void object(Map<?, ?> event, boolean errorField, int from, int to) {
        Object said = errorField ? event : event.get("error");
        if (said instanceof Map<?, ?> error) {
            steps.add(new Step(from, to, List.of(error(code(error))), true, false, ""));
            return;
        }
        Map<?, ?> timings = event.get("timings") instanceof Map<?, ?> given ? given : Map.of();
        prompt = count(event, "tokens_evaluated", prompt);
        generated = count(event, "tokens_predicted", generated);
        cached = count(timings, "cache_n", cached);
        List<String> heard = new ArrayList<>();
        if (event.get("content") instanceof String content && !content.isEmpty()) {
            heard.add("Token " + pieces++ + " " + content);
        }
        if (event.get("prompt_progress") instanceof Map<?, ?> progress) {
            heard.add("Progress " + count(progress, "processed", 0) + " of " + count(progress, "total", 0) + ", "
                    + count(progress, "cache", 0) + " cached");
        }
        boolean ends = Boolean.TRUE.equals(event.get("stop"));
        if (ends) {
            heard.add(end(event));
        } else if (!timings.isEmpty()) {
            heard.add("Metrics " + usage());
        }
        steps.add(new Step(from, to, heard, ends, false, error(ErrorCode.WORKER_RESET)));
    }

    private String end(Map<?, ?> event) {
        return "End " + reason(event)
                + ", slot " + count(event, "id_slot", -1)
                + (Boolean.TRUE.equals(event.get("truncated")) ? ", truncated" : "")
                + (event.get("stopping_word") instanceof String word && !word.isEmpty() ? ", at " + word : "")
                + ", " + usage();
    }

    private static StopReason reason(Map<?, ?> event) {
        if (event.get("stop_type") instanceof String type) {
            return switch (type) {
                case "eos" -> StopReason.END_OF_TEXT;
                case "limit" -> StopReason.LIMIT;
                case "word" -> StopReason.STOP_STRING;
                default -> throw new AssertionError(type);
            };
        }
        if (Boolean.TRUE.equals(event.get("stopped_word"))) {
            return StopReason.STOP_STRING;
        }
        return Boolean.TRUE.equals(event.get("stopped_limit")) ? StopReason.LIMIT : StopReason.END_OF_TEXT;
    }

    private static ErrorCode code(Map<?, ?> error) {
        return switch (count(error, "code", 0)) {
            case 400 ->
                error.get("type").equals("exceed_context_size_error")
                        ? ErrorCode.CONTEXT_EXCEEDED
                        : ErrorCode.INVALID_PARAMS;
            case 500 -> ErrorCode.INTERNAL;
            case 503 -> ErrorCode.POOL_UNREADY;
            default -> throw new AssertionError(error);
        };
    }

    private String error(ErrorCode code) {
        return "Error " + code + " after " + pieces + (code.retriable() && pieces == 0 ? ", retriable" : "") + ", "
                + usage();
    }

    private Usage usage() {
        return Usage.of(prompt, cached, generated);
    }

    private static int count(Map<?, ?> object, String name, int otherwise) {
        return object.get(name) instanceof Double number && number >= 0 ? number.intValue() : otherwise;
    }
}
