package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One text being made in one slot, token by token, with the server's rules for stop words, limits and characters of
 * several tokens.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Generation {
    private final CompletionRequest request;
    private final Slot slot;
    private final EngineState engine;
    private final SentText told;
    private final TextModel.Walk walk;
    private final Sampler sampler;
    private final int cached;
    private final List<Integer> history;
    private final List<Integer> generated = new ArrayList<>();
    private final List<Odds> odds = new ArrayList<>();
    private final Utf8Tail tail = new Utf8Tail();
    private final StringBuilder text = new StringBuilder();
    private final long began = System.nanoTime();
    private long promptDone = began;
    private long now = began;
    private int sent;
    private boolean truncated;
    private boolean newline;
    private String stopType = "none";
    private String stoppingWord = "";

    /**
     * One generated token's contribution.
     *
     * @param content text to send, empty while some is held back
     * @param token the last token behind it
     * @param whole false if the token ends inside a character, so that no event is sent for it
     * @param timed whether its event carries timings
     * @param odds how likely it was, if that is asked for
     */
    record Step(String content, int token, boolean whole, boolean timed, List<Odds> odds) {}

    Generation(CompletionRequest request, Slot slot, EngineState engine) {
        this.request = request;
        this.slot = slot;
        this.engine = engine;
        this.told = engine.lastText();
        List<Integer> prompt = request.prompt();
        // One token is always evaluated again, for there would be nothing to begin from.
        this.cached = request.cachePrompt() ? Math.min(slot.prefix(prompt), Math.max(0, prompt.size() - 1)) : 0;
        this.walk = request.sentence()
                .<TextModel.Walk>map(SentenceWalk::new)
                .orElseGet(() -> engine.model().begin(prompt));
        // A constraint has heeded the bias already, and whatever favours another token must not win against it.
        this.sampler = new Sampler(request.settings(), request.sentence().isPresent() ? Map.of() : request.bias());
        this.history = new ArrayList<>(prompt);
        slot.view(new Slot.View(
                engine.nextTask(),
                prompt,
                prompt.size() - cached,
                cached,
                request.settings().brief(),
                true,
                false,
                remaining(),
                0));
    }

    /** Says that the prompt has been evaluated: from here on the text's time counts. */
    void promptDone() {
        promptDone = System.nanoTime();
        now = promptDone;
    }

    boolean more() {
        return stopType.equals("none") && !request.prompt().isEmpty();
    }

    /** Generates one token. */
    Step step() {
        TextModel.Candidates candidates = walk.next();
        int token = sampler.choose(candidates, history);
        walk.accept(token);
        history.add(token);
        generated.add(token);
        now = System.nanoTime();
        engine.metrics().decoded(engine.busy());
        byte[] piece = engine.model().vocabulary().piece(token);
        tail.add(piece);
        boolean whole = !tail.incomplete();
        String content = whole ? release(token) : "";
        limits(token, content);
        slot.view(slot.view().with(generated.size(), more(), newline, remaining()));
        // The text before the count: who sees the count has all of the text to wait for.
        told.add(content);
        engine.countToken();
        List<Odds> likely = whole ? sampler.odds(candidates, token) : List.of();
        odds.addAll(likely);
        return new Step(
                content,
                token,
                whole,
                stopType.equals("word") || request.settings().flag("timings_per_token"),
                likely);
    }

    /** Lets go of the text that can no longer be part of a stop word. */
    private String release(int token) {
        String fresh = tail.take();
        text.append(fresh);
        String unsent = text.substring(sent);
        for (String word : request.stop()) {
            int from = Math.max(0, unsent.length() - word.length() - fresh.length());
            int at = unsent.indexOf(word, from);
            if (at >= 0) {
                text.setLength(sent + at);
                stopType = "word";
                stoppingWord = word;
                unsent = unsent.substring(0, at);
                break;
            }
        }
        if (more() && token != Vocabulary.END && mayBecomeStop(unsent)) {
            return "";
        }
        sent = text.length();
        return unsent;
    }

    private boolean mayBecomeStop(String unsent) {
        for (String word : request.stop()) {
            for (int n = Math.min(word.length() - 1, unsent.length()); n > 0; n--) {
                if (unsent.endsWith(word.substring(0, n))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void limits(int token, String content) {
        newline |= content.indexOf('\n') >= 0;
        if (more() && remaining() == 0) {
            stopType = "limit";
        }
        if (more()
                && request.prompt().size() + generated.size()
                        >= engine.options().contextSize()) {
            stopType = "limit";
            truncated = true;
        }
        if (token == Vocabulary.END && !stopType.equals("word")) {
            stopType = "eos";
        }
    }

    /** How many tokens may still come, -1 for no limit. */
    private long remaining() {
        long limit = request.settings().integer("n_predict");
        return limit < 0 ? -1 : Math.max(0, limit - generated.size());
    }

    /** Leaves the text in the slot's cache and counts it; the slot may be released afterwards. */
    void settle() {
        // Only a limit can cut inside a character: a stream has lost its bytes, a whole answer shows a U+FFFD.
        text.append(tail.take());
        List<Integer> held = history.subList(0, Math.max(0, history.size() - (generated.isEmpty() ? 0 : 1)));
        slot.cache(held);
        slot.view(slot.view().with(0, more(), newline, -1));
        engine.metrics().released(timings(), history.size());
    }

    CompletionRequest request() {
        return request;
    }

    Slot slot() {
        return slot;
    }

    int cached() {
        return cached;
    }

    List<Integer> tokens() {
        return generated;
    }

    /** How likely the tokens were, if that is asked for; one that only continues a character has none. */
    List<Odds> odds() {
        return odds;
    }

    /** What a token adds to the text. */
    byte[] piece(int token) {
        return engine.model().vocabulary().piece(token);
    }

    /** The whole text without the stop word, with what a stream would hold back. */
    String text() {
        return text.toString();
    }

    boolean newline() {
        return newline;
    }

    boolean truncated() {
        return truncated;
    }

    String stopType() {
        return stopType;
    }

    String stoppingWord() {
        return stoppingWord;
    }

    /** Tokens that the slot holds now: all but the last one. */
    int held() {
        return Math.max(0, history.size() - 1);
    }

    Timings timings() {
        int evaluated = request.prompt().size() - cached;
        return new Timings(
                cached,
                evaluated,
                Timings.millis(promptDone - began),
                generated.size(),
                generated.isEmpty() ? 0 : Timings.millis(now - promptDone));
    }

    /** The prompt as the engine shows it, specials included. */
    String shownPrompt() {
        return engine.model().vocabulary().text(request.prompt(), true);
    }

    Map<String, Object> settings() {
        return request.settings().whole();
    }
}
