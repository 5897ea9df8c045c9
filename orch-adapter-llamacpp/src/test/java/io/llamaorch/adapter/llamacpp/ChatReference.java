package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What must come of a recorded chat that is broken off anywhere, worked out from the text of its body alone: simply, slowly
 * and without any of the adapter's code. How events are told from the bytes between them is {@link Reference}'s matter.
 */
final class ChatReference {

    /** An event that has been read whole: where it ends, what it makes heard, and what a cut behind it does. */
    private record Step(int to, List<String> heard, String ifCutHere) {}

    private final List<Step> steps = new ArrayList<>();
    private final Map<Integer, String[]> calls = new LinkedHashMap<>();
    private int pieces;
    private int callsTold;
    private int prompt = -1;
    private int cached = -1;
    private int generated = -1;
    private String reason = "";
    private Map<?, ?> verbose = Map.of();
    private final String ifCutAtOnce = cut();

    private ChatReference(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int from = 0;
        for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", from)) {
            String data = text.substring(from, end).substring("data: ".length());
            String json = new String(data.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            from = end + 2;
            List<String> heard = json.equals("[DONE]") ? List.of(end()) : chunk((Map<?, ?>) PlainJson.read(json));
            steps.add(new Step(from, heard, cut()));
        }
    }

    static ChatReference of(Recording recording) {
        return new ChatReference(recording.body());
    }

    /** The events that are right, if nothing comes after so much of the body; without a head there is no start. */
    List<String> right(int bodyLength, boolean headed) {
        List<String> heard = new ArrayList<>(headed ? List.of("Started") : List.of());
        String cut = ifCutAtOnce;
        for (Step step : steps) {
            if (step.to > bodyLength) {
                heard.add(cut);
                return heard;
            }
            heard.addAll(step.heard);
            cut = step.ifCutHere;
        }
        return heard;
    }

    private List<String> chunk(Map<?, ?> chunk) {
        List<String> heard = new ArrayList<>();
        for (Object each : (List<?>) chunk.get("choices")) {
            Map<?, ?> choice = (Map<?, ?>) each;
            Map<?, ?> delta = (Map<?, ?>) choice.get("delta");
            if (delta.get("reasoning_content") instanceof String thought) {
                heard.add("Token " + pieces++ + " (reasoning) " + thought);
            }
            if (delta.get("content") instanceof String text) {
                heard.add("Token " + pieces++ + " " + text);
            }
            if (delta.get("tool_calls") instanceof List<?> parts) {
                parts.forEach(part -> call((Map<?, ?>) part));
                tell(heard, calls.size() - 1);
            }
            if (choice.get("finish_reason") instanceof String given) {
                reason = given;
                tell(heard, reason.equals("length") ? 0 : calls.size());
            }
        }
        if (chunk.get("__verbose") instanceof Map<?, ?> given) {
            verbose = given;
        }
        count(chunk);
        if (chunk.get("prompt_progress") instanceof Map<?, ?> progress) {
            heard.add("Progress " + number(progress, "processed", 0) + " of " + number(progress, "total", 0) + ", "
                    + number(progress, "cache", 0) + " cached");
        }
        return heard;
    }

    private void call(Map<?, ?> part) {
        Map<?, ?> function = (Map<?, ?>) part.get("function");
        String[] call = calls.computeIfAbsent(number(part, "index", -1), index ->
                new String[] {(String) part.get("id"), (String) function.get("name"), ""});
        call[2] += function.get("arguments");
    }

    private void tell(List<String> heard, int whole) {
        while (callsTold < whole) {
            heard.add("ToolCall " + callsTold + " " + String.join(" ", calls.get(callsTold++)));
        }
    }

    private void count(Map<?, ?> chunk) {
        if (chunk.get("timings") instanceof Map<?, ?> timings) {
            generated = number(timings, "predicted_n", generated);
            if (generated > 0) {
                cached = number(timings, "cache_n", cached);
                prompt = cached + number(timings, "prompt_n", 0);
            }
        }
    }

    private String end() {
        Object type = verbose.get("stop_type");
        return "End "
                + (reason.equals("tool_calls")
                        ? "TOOL_CALLS"
                        : reason.equals("length") ? "LIMIT" : "word".equals(type) ? "STOP_STRING" : "END_OF_TEXT")
                + ", slot " + number(verbose, "id_slot", -1)
                + (verbose.get("stopping_word") instanceof String word && !word.isEmpty() ? ", at " + word : "")
                + ", " + usage();
    }

    private String cut() {
        ErrorCode code = ErrorCode.WORKER_RESET;
        return "Error " + code + " after " + pieces + (pieces == 0 ? ", retriable" : "") + ", " + usage();
    }

    private Usage usage() {
        return Usage.of(prompt, cached, generated);
    }

    private static int number(Map<?, ?> object, String name, int otherwise) {
        return object.get(name) instanceof Double number ? number.intValue() : otherwise;
    }
}
