package io.llamaorch.adapter.llamacpp.internal.codec;

/**
 * Reads the events of {@code POST /completion}.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class CompletionEventReader extends EventReader {

    /**
     * Makes a reader at the start of a stream.
     *
     * @param listener hears the events
     */
    public CompletionEventReader(Listener listener) {
        super(listener);
    }

    @Override
    void member(EventMember member) {
        if (json.isNest()) {
            switch (member) {
                case TIMINGS -> timings();
                case PROMPT_PROGRESS -> progress();
                case ERROR -> error();
                case LIKELIHOODS -> likelihoods();
                default -> skip(member);
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
            default -> skip(member);
        }
    }
}
