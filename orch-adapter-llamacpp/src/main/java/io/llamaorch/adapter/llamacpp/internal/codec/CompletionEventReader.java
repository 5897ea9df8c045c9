package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.HashMap;
import java.util.Map;

/**
 * Reads the events of {@code POST /completion}, each where it lies, once it is whole. What is not needed is skipped
 * without being made into anything.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class CompletionEventReader {

    /** Hears what the events say. */
    public interface Listener {

        /**
         * An event was read.
         *
         * @param event only valid during the call
         * @return whether to go on
         */
        boolean event(CompletionEvent event);
    }

    /** The members that mean something, of an event and of the objects in it. */
    private enum Member {
        CONTENT("content"),
        STOP("stop"),
        TOKENS_PREDICTED("tokens_predicted"),
        TOKENS_EVALUATED("tokens_evaluated"),
        SLOT("id_slot"),
        TRUNCATED("truncated"),
        STOP_TYPE("stop_type"),
        STOPPING_WORD("stopping_word"),
        STOPPED_EOS("stopped_eos"),
        STOPPED_WORD("stopped_word"),
        STOPPED_LIMIT("stopped_limit"),
        TIMINGS("timings"),
        CACHE_N("cache_n"),
        PROMPT_MS("prompt_ms"),
        PREDICTED_MS("predicted_ms"),
        PROMPT_PROGRESS("prompt_progress"),
        TOTAL("total"),
        CACHE("cache"),
        PROCESSED("processed"),
        ERROR("error"),
        CODE("code"),
        MESSAGE("message"),
        TYPE("type"),
        N_PROMPT_TOKENS("n_prompt_tokens"),
        N_CTX("n_ctx"),
        LIKELIHOODS("completion_probabilities"),
        PROMPT("prompt"),
        /** Any other. */
        OTHER(""),
        /** There is no further member. */
        NONE("");

        private final String name;

        Member(String name) {
            this.name = name;
        }
    }

    private static final NameTable<Member> MEMBERS = members();

    private final Listener listener;
    private final CompletionEvent event = new CompletionEvent();
    private final JsonCursor json = new JsonCursor();
    private final LikelihoodReader likelihoods = new LikelihoodReader(json);

    /**
     * Makes a reader at the start of a stream.
     *
     * @param listener hears the events
     */
    public CompletionEventReader(Listener listener) {
        this.listener = listener;
    }

    private static NameTable<Member> members() {
        Map<String, Member> members = new HashMap<>();
        for (Member member : Member.values()) {
            members.put(member.name, member);
        }
        members.put("slot_id", Member.SLOT); // up to 2023
        members.remove("");
        return new NameTable<>(members, Member.OTHER);
    }

    /**
     * Reads an event and hands it over, unless it is JSON but no object.
     *
     * @param bytes holds it
     * @param from where it begins
     * @param to where it ends
     * @param errorField whether it came in a field named {@code error}
     * @return whether to go on
     * @throws NoJsonException if it is not JSON
     */
    boolean read(byte[] bytes, int from, int to, boolean errorField) {
        json.open(bytes, from, to);
        boolean isObject = json.next() == '{';
        if (isObject) {
            for (boolean more = json.firstMember(); more; more = json.nextMember()) {
                member(json.nameIn(MEMBERS));
            }
        } else {
            json.skip(false);
        }
        json.end();
        json.close();
        if (!isObject) {
            return true;
        }
        if (errorField && event.error == null) {
            event.error = event.rootError;
        }
        boolean goOn = listener.event(event);
        event.clear();
        return goOn;
    }

    private void member(Member member) {
        if (json.isNest()) {
            switch (member) {
                case TIMINGS -> timings();
                case PROMPT_PROGRESS -> progress();
                case ERROR -> error();
                case LIKELIHOODS -> likelihoods();
                default -> json.skip(member == Member.PROMPT);
            }
            return;
        }
        switch (member) {
            case CONTENT -> event.content = text();
            case STOP -> event.stop = flag();
            case TOKENS_PREDICTED -> event.tokensPredicted = count(-1);
            case TOKENS_EVALUATED -> event.tokensEvaluated = count(-1);
            case SLOT -> event.slot = count(-1);
            case TRUNCATED -> event.truncated = flag();
            case STOP_TYPE -> event.stopType = text();
            case STOPPING_WORD -> event.stoppingWord = text();
            case STOPPED_EOS -> event.stoppedEos = flag();
            case STOPPED_WORD -> event.stoppedWord = flag();
            case STOPPED_LIMIT -> event.stoppedLimit = flag();
            case ERROR -> errorText();
            case CODE, MESSAGE, TYPE -> error(event.rootError, member);
            default -> json.skip(member == Member.PROMPT);
        }
    }

    private void timings() {
        event.hasTimings = true;
        for (Member member = first(); member != Member.NONE; member = next()) {
            switch (member) {
                case CACHE_N -> event.cached = count(-1);
                case PROMPT_MS -> event.promptMillis = decimal();
                case PREDICTED_MS -> event.generationMillis = decimal();
                default -> json.skip(member == Member.PROMPT);
            }
        }
    }

    private void progress() {
        event.hasProgress = true;
        for (Member member = first(); member != Member.NONE; member = next()) {
            switch (member) {
                case TOTAL -> event.progressTotal = count(-1);
                case CACHE -> event.progressCached = count(-1);
                case PROCESSED -> event.progressProcessed = count(-1);
                default -> json.skip(member == Member.PROMPT);
            }
        }
    }

    private void likelihoods() {
        if (json.next() == '[') {
            event.details = likelihoods.read();
        } else {
            json.skip(false);
        }
    }

    private void error() {
        EngineError.Builder error = new EngineError.Builder();
        event.error = error;
        for (Member member = first(); member != Member.NONE; member = next()) {
            error(error, member);
        }
    }

    private void error(EngineError.Builder error, Member member) {
        switch (member) {
            case CODE -> error.code = count(0);
            case MESSAGE -> error.message = text();
            case TYPE -> error.type = text();
            case N_PROMPT_TOKENS -> error.promptTokens = count(-1);
            case N_CTX -> error.contextLength = count(-1);
            default -> json.skip(member == Member.PROMPT);
        }
    }

    /** Some gateways in front of an engine put a text there. */
    private void errorText() {
        if (json.next() != '"') {
            json.skip(false);
            return;
        }
        EngineError.Builder error = new EngineError.Builder();
        error.message = json.text();
        event.error = error;
    }

    /** Goes into a nested object, to its first member that holds no other; an array has none. */
    private Member first() {
        if (json.next() == '[') {
            json.skip(false);
            return Member.NONE;
        }
        return flat(json.firstMember());
    }

    private Member next() {
        return flat(json.nextMember());
    }

    private Member flat(boolean isMember) {
        boolean more = isMember;
        while (more) {
            Member member = json.nameIn(MEMBERS);
            if (!json.isNest()) {
                return member;
            }
            json.skip(member == Member.PROMPT);
            more = json.nextMember();
        }
        return Member.NONE;
    }

    private String text() {
        if (json.next() == '"') {
            return json.text();
        }
        json.skip(false);
        return "";
    }

    private boolean flag() {
        boolean flag = json.next() == 't';
        json.skip(false);
        return flag;
    }

    private int count(int otherwise) {
        if (isNumber()) {
            int count = json.count();
            return count < 0 ? otherwise : count;
        }
        json.skip(false);
        return otherwise;
    }

    private double decimal() {
        if (isNumber()) {
            return json.decimal();
        }
        json.skip(false);
        return 0;
    }

    private boolean isNumber() {
        byte first = json.next();
        return first == '-' || (first >= '0' && first <= '9');
    }
}
