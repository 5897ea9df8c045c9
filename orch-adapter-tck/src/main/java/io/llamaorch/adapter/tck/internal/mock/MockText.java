package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.EngineScript;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringTokenizer;

/**
 * A whole answer, made up beforehand: the same prompt, seed and limits give the same one, in every process. A prompt
 * that speaks of emoji gets some, two tokens each.
 *
 * @param pieces what the client is told with each token; empty with one that gives no text yet, because it is half a
 *     character or may be the beginning of a stop string
 * @param reason why it ends
 * @param stopString the stop string that ended it, else empty
 */
record MockText(List<String> pieces, StopReason reason, String stopString) {

    private static final List<String> WORDS = List.of(
            "the",
            "a",
            "llama",
            "mountain",
            "river",
            "seven",
            "café",
            "quietly",
            "walks",
            "sings",
            "above",
            "and",
            "then",
            "naïve",
            "snow",
            "remembers",
            "nobody",
            "tomorrow",
            "🦙",
            "blue",
            "dances",
            "over",
            "stones",
            "so");

    private static final List<String> EMOJI = List.of(" 🌧️", " 🎶", " ⭐");

    /** So many words come between one emoji and the next. */
    private static final int WORDS_TO_EMOJI = 2;

    static MockText tell(String prompt, TaskRequest task, int length) {
        int limit = task.maxTokens().orElse(Integer.MAX_VALUE);
        Random random = new Random(31L * prompt.hashCode() + seed(task.sampling()));
        boolean emoji = prompt.toLowerCase(Locale.ROOT).contains("emoji");
        List<String> tokens = tokens(random, Math.min(length, limit), emoji);
        StopReason reason = limit <= length ? StopReason.LIMIT : StopReason.END_OF_TEXT;
        List<String> stops = task.sampling().stop();
        return stops.isEmpty() ? new MockText(tokens, reason, "") : held(tokens, reason, stops);
    }

    /** An answer that is told beforehand: its words, and its calls only if the task offers tools. */
    static MockText recite(EngineScript.Answer answer, TaskRequest task) {
        List<String> tokens = new ArrayList<>();
        if (!answer.reasoning().isEmpty()) {
            tokens.add(MockVoices.THOUGHT);
            tokens.addAll(words(answer.reasoning()));
            tokens.add(MockVoices.THOUGHT_ENDS);
        }
        tokens.addAll(words(answer.text()));
        boolean calls = task.prompt() instanceof Prompt.Chat chat
                && !chat.tools().isEmpty()
                && !answer.calls().isEmpty();
        if (calls) {
            answer.calls().forEach(call -> {
                int half = call.argumentsJson().length() / 2;
                tokens.add(MockVoices.CALL);
                tokens.add(call.name());
                tokens.add(call.argumentsJson().substring(0, half));
                tokens.add(call.argumentsJson().substring(half));
                tokens.add(MockVoices.CALL_ENDS);
            });
        }
        int limit = task.maxTokens().orElse(Integer.MAX_VALUE);
        StopReason reason =
                limit < tokens.size() ? StopReason.LIMIT : calls ? StopReason.TOOL_CALLS : StopReason.END_OF_TEXT;
        return new MockText(List.copyOf(tokens.subList(0, Math.min(limit, tokens.size()))), reason, "");
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("(?= )"));
    }

    /** How many tokens a prompt has: its words. */
    static int count(String prompt) {
        return Math.max(1, new StringTokenizer(prompt).countTokens());
    }

    /** How many bytes a text has on a wire. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The beginning of a text, with no character cut. */
    static String cut(String text, int atMost) {
        int end = Math.min(text.length(), atMost);
        return text.substring(
                0, end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** Where the samplers leave one token only, there is no choice that a seed could steer. */
    private static long seed(Sampling sampling) {
        boolean noChoice = sampling.temperature().orElse(1) == 0
                || sampling.topK().orElse(0) == 1
                || sampling.topP().orElse(1) == 0
                || sampling.minP().orElse(0) == 1;
        return noChoice ? 0 : sampling.seed().orElse(0);
    }

    /** The text of each token; a limit inside an emoji leaves half of it, which is no text. */
    private static List<String> tokens(Random random, int count, boolean emoji) {
        List<String> tokens = new ArrayList<>(count + 1);
        for (int words = 0; tokens.size() < count; words++) {
            if (emoji && words > 0 && words % WORDS_TO_EMOJI == 0) {
                tokens.add("");
                tokens.add(EMOJI.get(random.nextInt(EMOJI.size())));
            }
            tokens.add(" " + WORDS.get(random.nextInt(WORDS.size())));
        }
        return List.copyOf(tokens.subList(0, count));
    }

    /** Holds back what may become a stop string, until it does or does not; at the end of the text nothing is held. */
    private static MockText held(List<String> tokens, StopReason reason, List<String> stops) {
        List<String> pieces = new ArrayList<>();
        StringBuilder waiting = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            waiting.append(tokens.get(i));
            int end = waiting.length();
            String found = "";
            for (String stop : stops) {
                int at = waiting.indexOf(stop);
                if (at >= 0 && at < end) {
                    end = at;
                    found = stop;
                }
            }
            if (!found.isEmpty()) {
                pieces.add(waiting.substring(0, end));
                return new MockText(List.copyOf(pieces), StopReason.STOP_STRING, found);
            }
            int safe = i == tokens.size() - 1 ? waiting.length() : waiting.length() - heldBack(waiting, stops);
            pieces.add(waiting.substring(0, safe));
            waiting.delete(0, safe);
        }
        return new MockText(List.copyOf(pieces), reason, "");
    }

    /** How many characters at the end of the text begin a stop string. */
    private static int heldBack(CharSequence text, List<String> stops) {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > longest; length--) {
                if (stop.startsWith(
                        text.subSequence(text.length() - length, text.length()).toString())) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
