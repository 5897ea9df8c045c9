package io.llamaorch.adapter.llamacpp.internal.codec;

/**
 * Reads the events of a stream, each where it lies, once it is whole. What is not needed is skipped without being made
 * into anything. This is what the forms of {@code /completion} and of chats have in common.
 *
 * <p>Thread safety: calls must be serial.
 */
public abstract class EventReader {

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

    final CompletionEvent event = new CompletionEvent();
    final JsonCursor json = new JsonCursor();
    private final LikelihoodReader likelihoods = new LikelihoodReader(json);
    private final Listener listener;

    EventReader(Listener listener) {
        this.listener = listener;
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
                member(name());
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
        return handOver();
    }

    /** Reads the value of a member of the event. */
    abstract void member(EventMember member);

    /** Has the event heard, and makes room for the next one. */
    boolean handOver() {
        boolean goOn = listener.event(event);
        event.clear();
        return goOn;
    }

    /** The name that was read last. */
    final EventMember name() {
        return json.nameIn(EventMember.TABLE);
    }

    final void timings() {
        event.hasTimings = true;
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            switch (member) {
                case CACHE_N -> event.cached = count(-1);
                case PROMPT_N -> event.promptRead = count(-1);
                case PROMPT_MS -> event.promptMillis = decimal();
                case PREDICTED_N -> event.predicted = count(-1);
                case PREDICTED_MS -> event.generationMillis = decimal();
                default -> skip(member);
            }
        }
    }

    final void progress() {
        event.hasProgress = true;
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            switch (member) {
                case TOTAL -> event.progressTotal = count(-1);
                case CACHE -> event.progressCached = count(-1);
                case PROCESSED -> event.progressProcessed = count(-1);
                default -> skip(member);
            }
        }
    }

    final void likelihoods() {
        if (json.next() == '[') {
            event.details = likelihoods.read();
        } else {
            json.skip(false);
        }
    }

    final void error() {
        EngineError.Builder error = new EngineError.Builder();
        event.error = error;
        for (EventMember member = first(); member != EventMember.NONE; member = next()) {
            error(error, member);
        }
    }

    final void error(EngineError.Builder error, EventMember member) {
        switch (member) {
            case CODE -> error.code = count(0);
            case MESSAGE -> error.message = text();
            case TYPE -> error.type = text();
            case N_PROMPT_TOKENS -> error.promptTokens = count(-1);
            case N_CTX -> error.contextLength = count(-1);
            default -> skip(member);
        }
    }

    /** Some gateways in front of an engine put a text there. */
    final void errorText() {
        if (json.next() != '"') {
            json.skip(false);
            return;
        }
        EngineError.Builder error = new EngineError.Builder();
        error.message = json.text();
        event.error = error;
    }

    final void skip(EventMember member) {
        json.skip(member == EventMember.PROMPT);
    }

    /** Goes into a nested object, to its first member that holds no other; an array has none. */
    final EventMember first() {
        if (json.next() == '[') {
            json.skip(false);
            return EventMember.NONE;
        }
        return flat(json.firstMember());
    }

    final EventMember next() {
        return flat(json.nextMember());
    }

    private EventMember flat(boolean isMember) {
        boolean more = isMember;
        while (more) {
            EventMember member = name();
            if (!json.isNest()) {
                return member;
            }
            skip(member);
            more = json.nextMember();
        }
        return EventMember.NONE;
    }

    final String text() {
        if (json.next() == '"') {
            return json.text();
        }
        json.skip(false);
        return "";
    }

    final boolean flag() {
        boolean flag = json.next() == 't';
        json.skip(false);
        return flag;
    }

    final int count(int otherwise) {
        if (isNumber()) {
            int count = json.count();
            return count < 0 ? otherwise : count;
        }
        json.skip(false);
        return otherwise;
    }

    final double decimal() {
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
